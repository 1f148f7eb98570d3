"""A till in front of the API: what tests of it begin with."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from buyback.db import Database
from buyback.ids import new_id
from buyback.settings import Settings
from tests.builders import NOW
from tests.tills import Paper, TillInHand, issue_vouchers, make_merchant, make_till
from tests.web.site import Clock, app_over

URL = "/api/v1/redemptions"


@dataclass
class Api:
    """A till with its token in front of the API, and a voucher in somebody's hand."""

    database: Database
    clock: Clock
    client: FlaskClient
    till: TillInHand
    voucher: Paper

    def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        """One request with the till's token, or another's."""
        sent = {"Authorization": f"Bearer {token or self.till.token}", **headers}
        return self.client.open(URL + path, method=method, json=body, headers=sent)

    def redeem(self, voucher: str, op_id: object = None, **more: str) -> TestResponse:
        """Send a voucher."""
        return self.ask("POST", "", {"op_id": str(op_id or new_id()), "voucher": voucher}, **more)


def fill_hands(database: Database) -> tuple[TillInHand, Paper]:
    """One till, and one voucher in somebody's hand."""
    (voucher,) = issue_vouchers(database)
    return make_till(database, make_merchant(database)), voucher


def make_api(database: Database, hands: tuple[TillInHand, Paper]) -> Api:
    """The app in front of them."""
    clock = Clock(NOW)
    url = database.engine.url.render_as_string(hide_password=False)
    app = app_over(database, Settings.read({"BUYBACK_DATABASE_URL": url}), clock)
    return Api(database, clock, app.test_client(), *hands)


def code_of(answer: TestResponse) -> tuple[int, str]:
    """An answer's status and code."""
    return answer.status_code, answer.get_json()["code"]
