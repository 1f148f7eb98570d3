"""Pages of the officials."""

from buyback.security.access import Permission
from buyback.web.ministry import overview, settlement_pages, settlement_statements, settlement_steps
from buyback.web.ministry.settlements import settlements
from buyback.web.ministry.totals import ministry
from buyback.web.shell.audiences import Audience, Home, NavigationLink
from buyback.web.shell.i18n import _l

# Their views register themselves on the blueprint.
VIEWS = (settlement_pages, settlement_steps, settlement_statements)

AUDIENCE = Audience(
    "ministry",
    blueprints=(overview.bp, ministry, settlements),
    home=Home("overview.index", Permission.TOTALS_SEE, unless=Permission.SURRENDER_SEE),
    navigation=(
        NavigationLink(
            "overview.index",
            _l("Resumen"),
            Permission.TOTALS_SEE,
            _l("El programa de un vistazo"),
            "overview",
        ),
        NavigationLink(
            "ministry.totals",
            _l("Barrios"),
            Permission.TOTALS_SEE,
            _l("Lo entregado y lo pagado, por barrio"),
            "neighbourhoods",
        ),
        NavigationLink(
            "settlements.index",
            _l("Liquidaciones"),
            Permission.SETTLEMENT_SEE,
            _l("Lo que se debe a los comercios, quién lo aprueba y quién lo paga"),
            "settlements",
        ),
    ),
)
