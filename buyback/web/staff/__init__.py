"""Pages of the people at an event's tables."""

from buyback.security.access import Permission
from buyback.web.shell.audiences import Audience, NavigationLink
from buyback.web.shell.i18n import _l
from buyback.web.staff import closing, events, issuing, items, surrenders
from buyback.web.staff.blueprint import staff

# Their views register themselves on the blueprint.
VIEWS = (events, closing, surrenders, items, issuing)

AUDIENCE = Audience(
    "staff",
    blueprints=(staff,),
    navigation=(
        NavigationLink(
            "staff.events", _l("Jornadas"), Permission.EVENT_SEE, _l("Recibir, avaluar y emitir vales"), "events"
        ),
    ),
)
