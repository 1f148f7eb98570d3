"""The till's pages."""

from buyback.web.shell.audiences import Audience

AUDIENCE = Audience("merchant")
