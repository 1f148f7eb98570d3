"""Pages of the officials."""

from buyback.security.access import Permission
from buyback.web.ministry.totals import ministry
from buyback.web.shell.audiences import Audience, Link
from buyback.web.shell.i18n import N_

AUDIENCE = Audience(
    "ministry",
    blueprints=(ministry,),
    navigation=(
        Link(
            "ministry.totals",
            N_("Totales"),
            Permission.TOTALS_SEE,
            N_("Lo entregado y lo pagado, por barrio"),
            "totals",
        ),
    ),
)
