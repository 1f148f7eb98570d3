"""Every table and every guard, imported once, so that the schema is whole."""

import buyback.audit.tables
import buyback.campaigns.tables
import buyback.closing.tables
import buyback.intake.tables
import buyback.keys.tables
import buyback.ledger.tables
import buyback.merchants.tables
import buyback.people.tables
import buyback.places.tables
import buyback.redemption.tables
import buyback.settlement.tables
import buyback.tariff.tables
import buyback.totals.tables
import buyback.vouchers.tables  # noqa: F401  imported for their tables
from buyback.audit import guards as audit
from buyback.campaigns import guards as campaigns
from buyback.closing import guards as closing
from buyback.db import Base
from buyback.intake import guards as intake
from buyback.keys import guards as keys
from buyback.ledger import guards as ledger
from buyback.merchants import guards as merchants
from buyback.people import guards as people
from buyback.places import guards as places
from buyback.redemption import guards as redemption
from buyback.settlement import guards as settlement
from buyback.tariff import guards as tariff
from buyback.totals import guards as totals
from buyback.triggers import Rule
from buyback.vouchers import guards as vouchers

metadata = Base.metadata

GUARDS: tuple[Rule, ...] = tuple(
    rule
    for domain in (
        audit,
        places,
        people,
        keys,
        ledger,
        campaigns,
        tariff,
        intake,
        vouchers,
        merchants,
        redemption,
        totals,
        settlement,
        closing,
    )
    for rule in domain.GUARDS
)
