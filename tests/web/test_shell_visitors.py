"""In the demonstration the sign-in page says who a visitor may be; outside of it, nothing of the kind."""

import re

import pytest

from buyback import demo
from buyback.db import Database
from buyback.security.access import Permission, Role, permissions_of
from buyback.security.passwords import DEMONSTRATION, PasswordTooCommon, check_password
from tests.builders import NOW
from tests.databases import Grow
from tests.web.site import Clock, Site, make_site

pytestmark = pytest.mark.databases("sqlite")

_NAME = re.compile(r'name="name" value="([^"]+)"')


def set_the_stage(database: Database) -> None:
    demo.load(database, now=NOW)


@pytest.fixture
def database(grow: Grow) -> Database:
    return grow(set_the_stage)[0]


@pytest.fixture
def site(database: Database) -> Site:
    return make_site(database, demonstration=True, clock=Clock(NOW))


def offered(site: Site) -> list[str]:
    page = site.browser().get("/entrar").get_data(as_text=True)
    return _NAME.findall(page)


def test_everybody_of_the_demonstration_is_offered_once(site: Site) -> None:
    assert sorted(offered(site)) == sorted(name for name, _does in demo.sign_ins())


def test_a_tap_signs_in_and_leads_to_that_persons_own_doors(site: Site) -> None:
    """Whoever has work on a screen finds a door to it; the others are told so before and after."""
    overview = {"concilia.demo", "municipio.demo"}
    for name in ("avaluo.demo", "emite.demo", "jefe.demo", "caja.demo", *sorted(overview)):
        visitor = site.browser()
        visitor.get("/entrar")
        answer = visitor.post("/entrar", {"name": name, "password": DEMONSTRATION, "next": "/"})
        assert (answer.status_code, answer.location) == (303, "/resumen" if name in overview else "/")
        home = visitor.get("/").get_data(as_text=True)
        assert f"Hola, {name}" in home
        assert 'class="door"' in home


def test_who_has_no_screen_is_said_beforehand(site: Site) -> None:
    page = site.browser().get("/entrar").get_data(as_text=True)
    entries = {name: entry for entry in page.split("<li>") for name in _NAME.findall(entry)}
    told = {name for name, entry in entries.items() if "Todavía no tiene pantallas." in entry}
    own = {Permission.ACCOUNT_OWN}
    assert told == {person.name for person in demo.PEOPLE if permissions_of(person.roles) == own}


def test_outside_the_demonstration_nobody_is_offered(database: Database) -> None:
    site = make_site(database, clock=Clock(NOW))
    page = site.browser().get("/entrar").get_data(as_text=True)
    assert offered(site) == []
    assert DEMONSTRATION not in page


def test_an_account_that_was_added_later_is_not_offered(site: Site) -> None:
    site.add_official(Role.WITNESS, name="nadie.mas")
    assert "nadie.mas" not in offered(site)


def test_nobody_may_choose_the_demonstrations_password() -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(DEMONSTRATION, name="alguien")
