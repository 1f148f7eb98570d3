"""Pages of the people at an event's tables."""

from buyback.web.shell.audiences import Audience

AUDIENCE = Audience("staff")
