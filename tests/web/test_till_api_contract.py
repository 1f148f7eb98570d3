"""The tills' API held to its own description: bodies drawn from the published schema, and from what it forbids.

Whatever is sent, the answer is one that the document promises, in the form it promises; and a no moves nothing.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from sqlalchemy import text

from buyback.db import Database
from buyback.ids import new_id
from buyback.schema import metadata
from buyback.settings import Settings
from tests.builders import NOW
from tests.databases import Grow
from tests.soundness import assert_sound
from tests.tills import TillInHand, issue_vouchers, make_merchant, make_till, try_to_redeem
from tests.web.site import Clock, app_over

pytestmark = pytest.mark.long

DOCUMENT = "/api/v1/openapi.json"
OPERATIONS = {
    "POST /api/v1/redemptions",
    "GET /api/v1/redemptions",
    "POST /api/v1/redemptions/check",
    "GET /api/v1/redemptions/{op_id}",
    "POST /api/v1/redemptions/{op_id}/reversal",
}
PROMISES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
HEARD = {"attempt", "audit_row", "audit_body", "wrong_code"}  # what a till was told, and that it was told
UNHEARD = {"invalid_request", "invalid_json", "bad_request", "till_revoked", "unauthorized", "request_entity_too_large"}
EXAMPLES = 40
DRAWN = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Contract:
    """The served document, a till, and vouchers that would be taken."""

    database: Database
    till: TillInHand
    document: dict[str, Any]
    operations: dict[str, Any]
    vouchers: list[str]
    op_ids: list[str]
    rows: dict[str, int]

    def ask(self, case: Case[Any]) -> tuple[int, dict[str, Any]]:
        """One request; its answer is held to the document, and what it moved to its code."""
        answer = case.call(headers={"Authorization": f"Bearer {self.till.token}"})
        case.validate_response(answer, checks=PROMISES)
        body: dict[str, Any] = answer.json()
        assert set(body) <= self._described(case, answer.status_code), body
        before, self.rows = self.rows, counted(self.database)
        moved = {name for name, count in self.rows.items() if count != before[name]}
        if answer.status_code >= 400:
            assert moved <= (set() if body["code"] in UNHEARD else HEARD), (case.body, body, moved)
        return answer.status_code, body

    def _described(self, case: Case[Any], status: int) -> set[str]:
        """The names that the document gives to what is in an answer; more would be allowed, and nobody would know."""
        schemas = self.document["components"]["schemas"]
        content = self.document["paths"][case.operation.path][case.method.lower()]["responses"][str(status)]["content"]
        (form,) = content.values()
        return set(schemas[form["schema"]["$ref"].rpartition("/")[2]]["properties"])


COUNTS = text(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in metadata.tables))  # noqa: S608


def counted(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(COUNTS)}


def fill_many_hands(database: Database) -> tuple[TillInHand, list[str], list[str]]:
    """A till, a dozen vouchers of which the first was taken, and the op ids of that yes and of a no."""
    taken, *papers = issue_vouchers(database, 12)
    till, op_ids = make_till(database, make_merchant(database)), [new_id(), new_id()]
    for op_id in op_ids:
        try_to_redeem(database, till, taken.qr, op_id=op_id)
    vouchers = [taken.qr, taken.typed, *(paper.qr for paper in papers), *(paper.typed for paper in papers)]
    return till, vouchers, [str(op_id) for op_id in op_ids]


@pytest.fixture
def contract(grow: Grow) -> Contract:
    database, (till, vouchers, op_ids) = grow(fill_many_hands)
    url = database.engine.url.render_as_string(hide_password=False)
    app = app_over(database, Settings.read({"BUYBACK_DATABASE_URL": url}), Clock(NOW))
    described = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    found = {
        operation.ok().label: operation.ok()
        for operation in described.get_all_operations()
        if isinstance(operation, Ok)
    }
    document = app.test_client().get(DOCUMENT).get_json()
    return Contract(database, till, document, found, vouchers, op_ids, counted(database))


def test_the_document_describes_every_operation_of_a_till(contract: Contract) -> None:
    assert set(contract.operations) == OPERATIONS


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_answer_is_one_that_the_document_promises(contract: Contract, name: str, mode: GenerationMode) -> None:
    seen: set[int] = set()

    @settings(DRAWN, max_examples=EXAMPLES)
    @given(case=contract.operations[name].as_strategy(generation_mode=mode), draw=st.data())
    def holds(case: Case[Any], draw: st.DataObject) -> None:
        if mode is GenerationMode.POSITIVE:
            sensible(case, contract, draw)
        seen.add(contract.ask(case)[0])

    holds()
    if mode is GenerationMode.POSITIVE:
        assert seen & {200, 201}, seen
    assert_sound(contract.database)


def sensible(case: Case[Any], contract: Contract, draw: st.DataObject) -> None:
    """Now and then a voucher and an op id that exist: otherwise no drawn request would ever be taken."""
    if isinstance(case.body, dict) and draw.draw(st.booleans()):
        case.body["voucher"] = draw.draw(st.sampled_from(contract.vouchers))
    if "op_id" in case.path_parameters and draw.draw(st.booleans()):
        case.path_parameters["op_id"] = draw.draw(st.sampled_from(contract.op_ids))
