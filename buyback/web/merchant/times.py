"""What a merchant takes home before it fades: the times and numbers of its redemptions, as a file."""

from werkzeug.wrappers import Response

from buyback.audit import service as audit
from buyback.files.writing.downloads import csv_file
from buyback.files.writing.tabular import Cell, Column, Kind, Table
from buyback.redemption import queries
from buyback.security.access import Permission
from buyback.times import PANAMA
from buyback.web.merchant.till import merchant, workplaces
from buyback.web.shell.downloads import send
from buyback.web.shell.i18n import _
from buyback.web.shell.login import actor
from buyback.web.shell.permissions import permission
from buyback.web.shell.request import now, reading, transacting


@merchant.get("/canjes.csv")
@permission(Permission.TILL_SEE)
def times_csv() -> Response:
    """The redemptions of the person's tills whose times are still known. Refused where there is none."""
    tills = {workplace.id: workplace for workplace in workplaces()}
    found = queries.timed(reading(), tills=tills)
    rows: list[tuple[Cell, ...]] = [
        (
            tills[row.till].branch_name,
            tills[row.till].name,
            f"{row.at.astimezone(PANAMA):%Y-%m-%dT%H:%M:%S%z}",
            str(row.op_id),
            row.amount,
            row.undone.text if row.undone else "",
        )
        for row in found
    ]
    columns = (
        *(Column("branch", _("Sucursal")), Column("till", _("Caja")), Column("redeemed_at", _("Hora"))),
        *(Column("op_id", _("Operación")), Column("amount", _("Monto"), kind=Kind.MONEY)),
        Column("reversed_at", _("Anulado")),
    )
    file = csv_file(Table(_("Canjes"), columns, tuple(rows)), "canjes")
    by, moment = actor(), now()
    body = {"by": by.name, "rows": len(rows)}
    transacting(lambda session: audit.record(session, chain=by.chain, act="redemption:export", body=body, now=moment))
    return send(file)
