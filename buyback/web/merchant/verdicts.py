"""An answer as the till's page shows it, to be read across a counter."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from buyback.money import parse_cents
from buyback.redemption.rules import AGREEMENTS, Code, TillAnswer, may_reverse
from buyback.redemption.wording import wording
from buyback.times import When
from buyback.web.shell.i18n import _, plural, show_when


@dataclass(frozen=True)
class Verdict:
    """What the page shows. ``amount`` in cents; ``undo`` is the op id that can still be undone."""

    kind: str
    title: str
    detail: str
    next_step: str
    amount: int | None = None
    undo: UUID | None = None


def verdict_of(answer: TillAnswer, *, op_id: UUID | None, now: datetime) -> Verdict:
    """What is shown of an answer; of one that is stored, ``op_id`` finds it again."""
    code = Code.REVERSED if "reversed_at" in answer.facts else answer.code
    redeemed = When.read(answer.facts["redeemed_at"]) if "redeemed_at" in answer.facts else None
    can_undo = code is Code.REDEEMED and redeemed is not None and may_reverse(redeemed, now=now)
    return Verdict(
        kind=_kind(code),
        title=_(wording(code).sentence),
        detail=_detail(code, answer, redeemed),
        next_step=_(wording(code).advice),
        amount=parse_cents(answer.facts["amount"]) if "amount" in answer.facts else None,
        undo=op_id if can_undo else None,
    )


def _kind(code: Code) -> str:
    if code is Code.REDEEMED:
        return "yes"
    return "wait" if code in AGREEMENTS or code is Code.SLOW_DOWN else "no"


def _detail(code: Code, answer: TillAnswer, redeemed: When | None) -> str:
    if code is Code.EXPIRED:
        return _("Venció el %(day)s.", day=answer.facts["expired_on"])
    if code is Code.SLOW_DOWN:
        minutes = -(-int(answer.facts["retry_after_s"]) // 60)
        return plural("Falta %(num)s minuto.", "Faltan %(num)s minutos.", minutes)
    if redeemed is None or code not in {Code.REDEEMED, Code.ALREADY_REDEEMED}:
        return ""
    when, branch = show_when(redeemed), answer.facts.get("branch")
    return _("Se canjeó el %(when)s en %(branch)s.", when=when, branch=branch) if branch else when
