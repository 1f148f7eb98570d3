"""OWASP ASVS 5.0, V1.2.1 and V1.2.4: what reads like SQL, sent through every search, filter, address and field.

It finds nothing, changes nothing, and is answered as what it is: a word that nobody knows.
"""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from buyback.db import Database
from buyback.ids import new_id
from buyback.schema import metadata
from buyback.security.access import Role
from buyback.settlement import service as settlement
from tests.builders import NOW, TODAY
from tests.settlement_rows import make_officials
from tests.web.site import Browser, Site, make_site
from tests.world import World, make_world

pytestmark = [pytest.mark.long, pytest.mark.begins_with(build=make_world)]

WORDS = [
    "' OR '1'='1",
    "' OR 1=1 --",
    '" OR ""="',
    "'; DROP TABLE voucher; --",
    "x'; UPDATE account_balance SET balance = 0; --",
    "') UNION SELECT name, password_hash FROM user_account --",
    "0808' || '06",
    "%",
    "_%",
    "\\",
    "1; SELECT pg_sleep(9)",
    "$1",
    ":place",
    "%(place)s",
    "nulo\x00cortado",
    "ﬀ’ OR ’1’=’1",
]
MOVES_BY_ITSELF = {"audit_row", "audit_body", "sign_in_failure", "login_session", "wrong_code", "attempt"}
SEARCHES = [
    "/totales?programme={}",
    "/totales?place={}",
    "/totales?event={}",
    "/totales?by={}",
    "/totales?from={}",
    "/totales?sort={}",
    "/totales/totales.csv?event={}",
    "/totales/totales.csv?by=corregimiento&place={}",
    "/liquidaciones?search={}",
    "/liquidaciones?q={}",
    "/liquidaciones?state={}",
    "/liquidaciones?merchant={}",
    "/liquidaciones?funder={}",
    "/liquidaciones?page={}",
    "/liquidaciones/{}",
    "/liquidaciones/{}/canjes.csv",
    "/liquidaciones/estados/aportantes/{}",
    "/liquidaciones/estados/comercios/{}",
    "/jornadas/{}",
    "/jornadas/{}/entregas/1",
    "/{}",
]
NO = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
FOUND = re.compile(r'href="/liquidaciones/\d|href="/totales\?by=district&amp;place=\d|Betania|\$argon2')
IGNORED = ("/totales?sort={}", "/liquidaciones?q={}", "/liquidaciones?page={}")  # answered as if it were not there


@pytest.fixture
def world(database: Database, begun: World) -> World:
    """A redeemed voucher in a settlement, so that there is something to find."""
    made, officials = begun, make_officials(database)
    database.transact(lambda session: settlement.prepare_all(session, until=TODAY, by=officials.preparer, now=NOW))
    return made


@pytest.fixture
def site(database: Database) -> Site:
    return make_site(database)


def test_no_search_filter_or_address_finds_anything_by_it(site: Site, world: World, subtests: pytest.Subtests) -> None:
    visitor = site.signed_in_as(Role.AUDITOR, Role.APPROVER)
    before = rows(site.database)
    assert finds(visitor, "/liquidaciones")
    assert finds(visitor, "/totales")
    for address in SEARCHES:
        with subtests.test(address):
            answers = {word: ask(visitor, address, word) for word in WORDS}
            assert {word: answer for word, answer in answers.items() if not harmless(address, *answer)} == {}
    assert rows(site.database) == before


def test_no_field_of_a_form_does_anything_by_it(site: Site, world: World, subtests: pytest.Subtests) -> None:
    chief = site.signed_in_as(Role.EVENT_CHIEF, Role.RECONCILER, Role.APPRAISER)
    before = rows(site.database)
    forms: list[tuple[str, dict[str, str]]] = [
        ("/entrar", {"name": "{}", "password": "una frase cualquiera"}),
        ("/entrar", {"name": "persona1", "password": "{}"}),
        ("/invitacion", {"token": "{}", "invitation": "{}", "password": "una frase cualquiera larga"}),
        ("/liquidaciones/nueva", {"merchant": "{}", "until": "2026-11-24"}),
        ("/liquidaciones/nueva", {"merchant": "all", "until": "{}"}),
        ("/liquidaciones/{}/presentar", {}),
        ("/jornadas/{}/abrir", {}),
        (f"/jornadas/{world.other_event.code}/entregas", {"day": "{}", "op_id": str(new_id())}),
        (f"/jornadas/{world.other_event.code}/entregas", {"day": "2026-11-24", "op_id": "{}"}),
        (f"/jornadas/{world.other_event.code}/cierre/contar", {"blank": "{}", "issued": "{}", "moment": "{}"}),
    ]
    for path, fields in forms:
        for word in WORDS:
            with subtests.test(path, word=word):
                visitor = site.browser() if path in {"/entrar", "/invitacion"} else chief
                filled = {name: value.format(word) for name, value in fields.items()}
                answer = visitor.post(path.format(quote(word, safe="")), filled)
                assert answer.status_code in {*NO, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT}, answer.text
    assert rows(site.database) == before


def test_no_field_of_the_tills_api_does_anything_by_it(site: Site, world: World, subtests: pytest.Subtests) -> None:
    client, before = site.app.test_client(), rows(site.database)
    token = {"Authorization": f"Bearer {world.till.token}"}
    url = "/api/v1/redemptions"
    for word in WORDS:
        with subtests.test(word):
            bodies: list[tuple[str, Any]] = [
                ("", {"op_id": str(new_id()), "voucher": word}),
                ("", {"op_id": word, "voucher": world.unspent.qr}),
                ("", {"op_id": str(new_id()), "voucher": world.unspent.qr, "pin": word * 13}),
                ("", {"op_id": str(new_id()), "voucher": world.unspent.qr, "occurred_at": word}),
                ("", {"op_id": str(new_id()), "voucher": world.unspent.qr + word}),
                ("/check", {"voucher": word}),
                (f"/{quote(word, safe='')}/reversal", {}),
            ]
            answers = [client.post(url + path, json=body, headers=token) for path, body in bodies]
            answers.append(client.get(f"{url}?day={quote(word, safe='')}", headers=token))
            answers.append(client.get(f"{url}/{quote(word, safe='')}", headers=token))
            wrong = client.post(
                url, json=bodies[0][1], headers={"Authorization": f"Bearer {word}".encode().decode("latin-1")}
            )
            assert {answer.status_code for answer in answers} <= {*NO, HTTPStatus.TOO_MANY_REQUESTS}
            assert wrong.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST}
    assert rows(site.database) == before


@pytest.mark.parametrize("voucher", ['"\\ud800"', '"PMB\\udfff\\u0000"', '"\\u202e' + "9" * 30 + '"'])
@pytest.mark.parametrize("path", ["", "/check"])
def test_half_a_character_is_no_voucher(site: Site, world: World, path: str, voucher: str) -> None:
    content = f'{{"op_id": "{new_id()}", "voucher": {voucher}}}'
    answer = site.app.test_client().post(
        f"/api/v1/redemptions{path}",
        data=content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {world.till.token}"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable")


def ask(visitor: Browser, address: str, word: str = "") -> tuple[int, bool]:
    """The status of an answer, and whether it shows anything that is there."""
    answer = visitor.get(address.format(quote(word, safe="")))
    return answer.status_code, bool(FOUND.search(answer.text))


def finds(visitor: Browser, address: str) -> bool:
    return ask(visitor, address) == (HTTPStatus.OK, True)


def harmless(address: str, status: int, found: bool) -> bool:  # noqa: FBT001  what ``ask`` tells
    """Refused as unknown, or a page that found nothing of what is there."""
    return status in NO or (status == HTTPStatus.OK and (not found or address in IGNORED))


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has, and what the floats are."""
    with database.reading() as session:
        counted = {
            name: session.scalars(select(func.count()).select_from(table)).one()
            for name, table in metadata.tables.items()
            if name not in MOVES_BY_ITSELF
        }
        balances = metadata.tables["account_balance"].columns.balance
        return {**counted, "cents in floats": int(session.scalars(select(func.sum(balances))).one() or 0)}
