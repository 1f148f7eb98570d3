"""Pages of the officials."""

from buyback.web.shell.audiences import Audience

AUDIENCE = Audience("ministry")
