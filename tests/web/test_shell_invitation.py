"""The first password is set with an invitation, once."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from buyback.security.access import Role
from tests.web.site import PASSWORD, Site

INVALID = "Esta invitación no sirve o ya se usó."
NAME = "c.emisor"


@pytest.fixture
def code(site: Site) -> str:
    """An invitation that nobody has used."""
    return site.invite(Role.ISSUER, name=NAME)


def accept(site: Site, code: str, *, password: str = PASSWORD, again: str = PASSWORD) -> TestResponse:
    return site.browser().post("/invitacion", {"code": code, "password": password, "again": again})


def can_sign_in(site: Site, password: str = PASSWORD) -> bool:
    return site.browser().post("/entrar", {"name": NAME, "password": password}).status_code == 303


def test_an_invitation_sets_the_password(site: Site, code: str) -> None:
    answer = accept(site, f"  {code}\n".strip())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/entrar")
    assert can_sign_in(site)


def test_before_it_is_used_nobody_can_sign_in(site: Site, code: str) -> None:
    assert code
    assert not can_sign_in(site)
    assert not can_sign_in(site, password="")


def test_an_invitation_works_once(site: Site, code: str) -> None:
    accept(site, code)
    later = "otra frase que yo sí diría"
    assert INVALID in accept(site, code, password=later, again=later).text
    assert not can_sign_in(site, later)


def test_an_old_invitation_is_refused(site: Site, code: str) -> None:
    site.clock.at += timedelta(days=8)
    assert INVALID in accept(site, code).text
    assert not can_sign_in(site)


def test_a_made_up_invitation_is_refused(site: Site) -> None:
    answer = accept(site, "inventada")
    assert answer.status_code == 422
    assert INVALID in answer.text
    assert 'value="inventada"' in answer.text


@pytest.mark.parametrize(
    "password, why",
    [
        ("corta", "al menos 15 caracteres"),
        ("passwordpassword123456", "fácil de adivinar"),
        ("c.emisorc.emisorc.emisor", "fácil de adivinar"),
        ("x y" * 100, "a lo más 200 caracteres"),
    ],
)
def test_a_weak_password_is_refused_and_the_invitation_stays(site: Site, code: str, password: str, why: str) -> None:
    answer = accept(site, code, password=password, again=password)
    assert answer.status_code == 422
    assert why in answer.text
    assert password not in answer.text
    assert accept(site, code).status_code == 303


def test_two_different_passwords_are_refused(site: Site, code: str) -> None:
    answer = accept(site, code, again=PASSWORD + "s")
    assert "Las dos contraseñas no son iguales." in answer.text
    assert 'href="#again"' in answer.text
    assert not can_sign_in(site)


def test_no_invitation_is_in_an_address(site: Site, code: str) -> None:
    assert code not in accept(site, code).headers["Location"]
    assert 'name="code" type="text" value=""' in site.browser().get("/invitacion?code=" + code).text
