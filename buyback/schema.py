"""Every table, imported once, so that metadata is whole."""

import buyback.audit.tables
import buyback.campaigns.tables
import buyback.closing.tables
import buyback.intake.tables
import buyback.ledger.tables
import buyback.merchants.tables
import buyback.people.tables
import buyback.places.tables
import buyback.redemption.tables
import buyback.settlement.tables
import buyback.tariff.tables
import buyback.totals.tables
import buyback.vouchers.tables  # noqa: F401  imported for their tables
from buyback.db import Base

metadata = Base.metadata
