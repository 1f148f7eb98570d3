"""What anybody may open: the first page, signing in, the language, and whether the system lives."""

from buyback.web.public.account import account
from buyback.web.public.components import showcase
from buyback.web.public.home import public
from buyback.web.shell.audiences import Audience

AUDIENCE = Audience("public", blueprints=(public, account, showcase))
