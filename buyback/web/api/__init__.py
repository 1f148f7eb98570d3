"""The tills' API."""

from buyback.web.shell.audiences import Audience

AUDIENCE = Audience("api")
