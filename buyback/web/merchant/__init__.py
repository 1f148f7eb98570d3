"""The till's pages."""

from buyback.security.access import Permission
from buyback.web.merchant import times  # noqa: F401  its route
from buyback.web.merchant.till import merchant
from buyback.web.shell.audiences import Audience, NavigationLink
from buyback.web.shell.i18n import _l

AUDIENCE = Audience(
    "merchant",
    blueprints=(merchant,),
    navigation=(
        NavigationLink("merchant.till", _l("Caja"), Permission.TILL_REDEEM, _l("Canjear vales y ver el día"), "till"),
    ),
)
