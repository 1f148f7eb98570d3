"""Signing in, staying signed in, and ending it (OWASP ASVS 5.0, V6.3 and V7)."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from buyback.people import service
from buyback.people.rules import OPERATOR
from buyback.security.access import Role
from tests.web.site import PASSWORD, Browser, Site

pytestmark = pytest.mark.long

BEGINNING = "/resumen"  # of an auditor
WRONG = "El usuario o la contraseña no son correctos."
THROTTLED = "Demasiados intentos fallidos."
NAME = "b.aprobador"


@pytest.fixture(autouse=True)
def person(site: Site) -> None:
    """Somebody to sign in."""
    site.add_official(Role.AUDITOR, name=NAME)


def sign_in(visitor: Browser, *, name: str = NAME, password: str = PASSWORD, onward: str = "") -> TestResponse:
    return visitor.post("/entrar", {"name": name, "password": password, "next": onward})


def is_inside(visitor: Browser) -> bool:
    return "Hola, " in visitor.get("/").text


def test_the_right_password_opens_the_first_page_under_ones_name(site: Site) -> None:
    visitor = site.browser()
    answer = sign_in(visitor)
    assert (answer.status_code, answer.headers["Location"]) == (303, BEGINNING)
    assert f"Hola, {NAME}" in visitor.get("/").text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(site: Site) -> None:
    answers = [
        sign_in(site.browser(), password="otra frase que no es la suya"),
        sign_in(site.browser(), name="nadie"),
        sign_in(site.browser(), name="nadie", password=PASSWORD.upper()),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert all(WRONG in answer.text for answer in answers)
    pages = {answer.text.replace("nadie", NAME).split("<main", 1)[1].split("csrf_token", 1)[0] for answer in answers}
    assert len(pages) == 1


def test_the_name_stays_and_the_password_does_not(site: Site) -> None:
    text = sign_in(site.browser(), password="otra frase que no es la suya").text
    assert f'value="{NAME}"' in text
    assert "otra frase" not in text


def test_empty_fields_are_named(site: Site) -> None:
    text = sign_in(site.browser(), name="", password="").text
    assert 'href="#name">Usuario: Complete este campo.' in text
    assert 'href="#password">Contraseña: Complete este campo.' in text


def test_signing_in_makes_a_new_session_token(site: Site) -> None:
    visitor = site.browser()
    visitor.hold("planted-by-somebody")
    before = visitor.csrf_token()
    sign_in(visitor)
    assert visitor.held() not in {None, "planted-by-somebody"}
    assert visitor.csrf_token() != before


def test_two_sign_ins_are_two_sessions(site: Site) -> None:
    first, second = site.browser(), site.browser()
    sign_in(first)
    sign_in(second)
    assert first.held() != second.held()
    first.post("/salir")
    assert is_inside(second)


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(site: Site) -> None:
    visitor, thief = site.browser(), site.browser()
    sign_in(visitor)
    thief.hold(visitor.held() or "")
    assert is_inside(thief)
    assert visitor.post("/salir").headers["Location"] == "/entrar"
    assert "La sesión quedó cerrada." in visitor.get("/entrar").text
    assert not is_inside(visitor)
    assert not is_inside(thief)


def test_disabling_a_user_ends_the_session_at_the_next_request(site: Site) -> None:
    visitor = site.browser()
    sign_in(visitor)
    site.database.transact(lambda session: service.disable_user(session, name=NAME, by=OPERATOR, now=site.clock()))
    assert not is_inside(visitor)
    assert WRONG in sign_in(site.browser()).text


def test_a_changed_role_ends_the_session_at_the_next_request(site: Site) -> None:
    visitor = site.browser()
    sign_in(visitor)
    site.database.transact(
        lambda session: service.grant_role(session, name=NAME, role=Role.RECONCILER, by=OPERATOR, now=site.clock())
    )
    assert not is_inside(visitor)


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(site: Site) -> None:
    visitor = site.browser()
    sign_in(visitor)
    site.clock.at += timedelta(minutes=14)
    assert is_inside(visitor)
    site.clock.at += timedelta(minutes=14)
    assert is_inside(visitor)
    site.clock.at += timedelta(minutes=16)
    assert not is_inside(visitor)


def test_a_session_ends_after_twelve_hours_of_use(site: Site) -> None:
    visitor = site.browser()
    sign_in(visitor)
    for _ in range(72):
        site.clock.at += timedelta(minutes=10)
        assert is_inside(visitor)
    site.clock.at += timedelta(minutes=10)
    assert not is_inside(visitor)


def test_five_failures_close_the_account_to_everybody_for_a_while(site: Site) -> None:
    for _ in range(5):
        assert WRONG in sign_in(site.browser(), password="otra frase que no es la suya").text
    assert THROTTLED in sign_in(site.browser()).text
    site.clock.at += timedelta(minutes=16)
    assert sign_in(site.browser()).status_code == 303


def test_an_unknown_name_is_throttled_like_a_known_one(site: Site) -> None:
    for _ in range(5):
        assert WRONG in sign_in(site.browser(), name="nadie").text
    assert THROTTLED in sign_in(site.browser(), name="nadie").text


def test_one_device_that_tries_many_names_is_closed_even_when_it_pretends_to_be_many(site: Site) -> None:
    def try_name(number: int) -> str:
        visitor = site.browser()
        fields = {"name": f"nadie{number}", "password": PASSWORD}
        pretended, seen_by_the_proxy = f"203.0.113.{number}", "192.0.2.1"
        return visitor.post("/entrar", fields, **{"X-Forwarded-For": f"{pretended}, {seen_by_the_proxy}"}).text

    assert all(WRONG in try_name(number) for number in range(15))
    assert THROTTLED in try_name(15)


def test_after_signing_in_one_gets_where_one_wanted(site: Site) -> None:
    assert sign_in(site.browser(), onward="/idioma?x=1").headers["Location"] == "/idioma?x=1"


@pytest.mark.databases("sqlite")
def test_nobody_is_sent_to_another_site(site: Site, subtests: pytest.Subtests) -> None:
    for elsewhere in (
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/\telsewhere",
        "elsewhere",
    ):
        with subtests.test(elsewhere):
            assert sign_in(site.browser(), onward=elsewhere).headers["Location"] == BEGINNING
            assert elsewhere not in site.browser().get("/entrar?next=" + elsewhere).text.split("<main", 1)[1]


def test_whoever_is_signed_in_need_not_sign_in_again(site: Site) -> None:
    visitor = site.browser()
    sign_in(visitor)
    assert visitor.get("/entrar").headers["Location"] == "/"


def test_the_language_survives_signing_in(site: Site) -> None:
    visitor = site.browser()
    visitor.post("/idioma", {"lang": "en"})
    sign_in(visitor)
    assert f"Hello, {NAME}" in visitor.get("/").text


def test_a_cookie_that_another_site_planted_locks_nobody_out(site: Site) -> None:
    person = site.signed_in_as(Role.APPRAISER)
    person.client.set_cookie("remember_token", "planted", domain="localhost", secure=True)
    assert person.get("/jornadas").status_code == 200
