"""Pages of the officials."""

from buyback.security.access import Permission
from buyback.web.ministry import overview, settlement_pages, settlement_statements, settlement_steps
from buyback.web.ministry.settlements import settlements
from buyback.web.ministry.totals import ministry
from buyback.web.shell.audiences import Audience, Home, Link
from buyback.web.shell.i18n import N_

# Their views register themselves on the blueprint.
VIEWS = (settlement_pages, settlement_steps, settlement_statements)

AUDIENCE = Audience(
    "ministry",
    blueprints=(overview.bp, ministry, settlements),
    home=Home("overview.index", Permission.TOTALS_SEE, unless=Permission.SURRENDER_SEE),
    navigation=(
        Link(
            "overview.index",
            N_("Resumen"),
            Permission.TOTALS_SEE,
            N_("El programa de un vistazo"),
            "overview",
        ),
        Link(
            "ministry.totals",
            N_("Barrios"),
            Permission.TOTALS_SEE,
            N_("Lo entregado y lo pagado, por barrio"),
            "neighbourhoods",
        ),
        Link(
            "settlements.index",
            N_("Liquidaciones"),
            Permission.SETTLEMENT_SEE,
            N_("Lo que se debe a los comercios, quién lo aprueba y quién lo paga"),
            "settlements",
        ),
    ),
)
