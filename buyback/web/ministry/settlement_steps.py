"""The steps of a settlement, each posted from its page and confirmed there."""

from collections.abc import Callable
from uuid import UUID

from flask import flash
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from buyback.errors import NotFound
from buyback.security.access import Permission
from buyback.settlement import payments, service
from buyback.settlement.queries import SettlementFacts
from buyback.settlement.states import ReturnReason
from buyback.web.ministry.settlement_pages import get_settlement, settlement_page
from buyback.web.ministry.settlements import REFUSED, settlements, to_settlement
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting

Answer = Response | tuple[str, int]


@settlements.post("/<number>/presentar")
@permission(Permission.SETTLEMENT_PREPARE)
def submit(number: str) -> Answer:
    """Put it before its funders."""
    by, at, found = actor(), now(), get_settlement(number)
    return _step(
        found,
        lambda session: service.submit(session, settlement=found.id, by=by, now=at),
        _("Presentada: cada aportante revisa y aprueba su parte."),
    )


@settlements.post("/<number>/aprobar")
@permission(Permission.SETTLEMENT_APPROVE)
def approve(number: str) -> Answer:
    """Sign the own organisation's share."""
    by, at, found = actor(), now(), get_settlement(number)
    return _step(
        found,
        lambda session: service.approve(session, settlement=found.id, by=by, now=at),
        _("Aprobó la parte de su organización."),
    )


@settlements.post("/<number>/devolver")
@permission(Permission.SETTLEMENT_SEE)
def send_back(number: str) -> Answer:
    """Return it with a reason; its redemptions are free again."""
    by, at, found = actor(), now(), get_settlement(number)
    form = Form.posted()
    with form.refusals():
        reason = form.choice("reason", ReturnReason)
        form.check()
        transacting(
            lambda session: service.send_back(session, settlement=found.id, reason=reason, by=by, now=at),
            again_on_conflict=True,
        )
        flash(_("Devuelta: sus canjes quedan libres para otra liquidación."))
        return to_settlement(number)
    return settlement_page(found, form), REFUSED


@settlements.post("/<number>/refrendo")
@permission(Permission.SETTLEMENT_PREPARE)
def countersign(number: str) -> Answer:
    """Note the comptroller's countersign."""
    by, at, found = actor(), now(), get_settlement(number)
    form = Form.posted()
    with form.refusals():
        text, on = form.text("number", limit=payments.COUNTERSIGN_LENGTH_MAX), form.day("on")
        form.check()
        transacting(
            lambda session: payments.countersign(session, settlement=found.id, number=text, on=on, by=by, now=at)
        )
        flash(_("Refrendo anotado."))
        return to_settlement(number)
    return settlement_page(found, form), REFUSED


@settlements.post("/<number>/ordenar")
@permission(Permission.SETTLEMENT_PREPARE)
def order(number: str) -> Answer:
    """Send it to be paid."""
    by, at, found = actor(), now(), get_settlement(number)
    return _step(
        found,
        lambda session: payments.order(session, settlement=found.id, by=by, now=at),
        _("Enviada a pago: la tesorería de cada aportante registra su pago."),
    )


@settlements.post("/<number>/pagos/<uuid:payment>")
@permission(Permission.SETTLEMENT_PAY)
def book(number: str, payment: UUID) -> Answer:
    """Attest that a payment was booked."""
    by, at, found = actor(), now(), get_settlement(number)
    if payments.get_payment(reading(), payment).settlement != found.id:
        raise NotFound(what="el pago")
    form = Form.posted()
    with form.refusals():
        amount, reference = form.amount("amount"), form.text("reference", limit=payments.REFERENCE_LENGTH_MAX)
        on = form.day("booked_on")
        form.check()
        is_paid = transacting(
            lambda session: payments.book(
                session, payment=payment, amount=amount, reference=reference, booked_on=on, by=by, now=at
            ),
            again_on_conflict=True,
        )
        flash(_("Pago registrado: la liquidación está pagada.") if is_paid else _("Pago registrado."))
        return to_settlement(number)
    return settlement_page(found, form), REFUSED


def _step(found: SettlementFacts, act: Callable[[Session], object], done: str) -> Answer:
    """A step without a form of its own; a refusal is shown on the settlement's page."""
    form = Form.posted()
    with form.refusals():
        transacting(act, again_on_conflict=True)
        flash(done)
        return to_settlement(found.number)
    return settlement_page(found, form), REFUSED
