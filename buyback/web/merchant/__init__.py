"""The till's pages."""

from buyback.security.access import Permission
from buyback.web.merchant.till import merchant
from buyback.web.shell.audiences import Audience, Link
from buyback.web.shell.i18n import N_

AUDIENCE = Audience(
    "merchant",
    blueprints=(merchant,),
    navigation=(Link("merchant.till", N_("Caja"), Permission.TILL_REDEEM, N_("Canjear vales y ver el día"), "till"),),
)
