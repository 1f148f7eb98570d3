"""Pages of the people at an event's tables."""

from buyback.security.access import Permission
from buyback.web.shell.audiences import Audience, Link
from buyback.web.shell.i18n import N_
from buyback.web.staff import closing, events, issuing, items, surrenders
from buyback.web.staff.blueprint import staff

# Their views register themselves on the blueprint.
VIEWS = (events, closing, surrenders, items, issuing)

AUDIENCE = Audience(
    "staff",
    blueprints=(staff,),
    navigation=(
        Link("staff.events", N_("Jornadas"), Permission.EVENT_SEE, N_("Recibir, avaluar y emitir vales"), "events"),
    ),
)
