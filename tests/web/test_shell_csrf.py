"""What other sites make a browser send changes nothing (OWASP ASVS 5.0, V3.5.1)."""

from datetime import timedelta

import pytest

from buyback.db import Database
from buyback.security.access import Role
from buyback.web.shell.permissions import AccessKind
from tests.web import faults
from tests.web.routes import Route, every_route
from tests.web.site import Browser, Site, make_site

pytestmark = pytest.mark.databases("sqlite")

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def site(database: Database) -> Site:
    """A site with a few more forms on it."""
    return make_site(database, faults.AUDIENCE)


def _forms(site: Site) -> list[Route]:
    routes = every_route(site.app)
    found = [route for route in routes if route.method in UNSAFE and route.access.kind is not AccessKind.TILL]
    assert len(found) >= 4
    return found


def _send(visitor: Browser, route: Route, fields: dict[str, str], **headers: str) -> int:
    return visitor.client.open(
        route.path, method=route.method, base_url=visitor.base_url, data=fields, headers=headers
    ).status_code


def test_no_form_is_taken_without_the_token_of_our_pages(site: Site) -> None:
    visitor = site.signed_in_as(Role.EVENT_CHIEF)
    assert {route.path for route in _forms(site) if _send(visitor, route, {}) != 403} == set()


def test_no_form_is_taken_with_the_token_of_another_browser(site: Site) -> None:
    mine = site.signed_in_as(Role.EVENT_CHIEF)
    theirs = {"csrf_token": site.browser().csrf_token()}
    mine.csrf_token()
    assert {route.path for route in _forms(site) if _send(mine, route, theirs) != 403} == set()


def test_no_form_is_taken_from_another_site_even_with_the_token(site: Site) -> None:
    visitor = site.signed_in_as(Role.EVENT_CHIEF)
    fields = {"csrf_token": visitor.csrf_token()}
    for place in ("cross-site", "same-site"):
        taken = [route for route in _forms(site) if _send(visitor, route, fields, **{"Sec-Fetch-Site": place}) != 403]
        assert taken == []


def test_a_form_of_our_own_is_taken(site: Site) -> None:
    assert site.browser().post("/faults/posted", {}, **{"Sec-Fetch-Site": "same-origin"}).text == "posted"


def test_a_form_left_open_for_hours_is_still_taken(site: Site) -> None:
    visitor = site.browser()
    token = visitor.csrf_token()
    site.clock.at += timedelta(hours=10)
    assert visitor.post_bare("/faults/posted", {"csrf_token": token}).status_code == 200


def test_a_script_of_our_own_sends_the_token_in_a_header(site: Site) -> None:
    visitor = site.browser()
    token = visitor.csrf_token()
    assert visitor.post_bare("/faults/posted", {}, **{"X-CSRF-Token": token}).text == "posted"
    assert visitor.post_bare("/faults/posted", {}, **{"X-CSRF-Token": token[:-1]}).status_code == 403


@pytest.mark.parametrize("token", ["", "ñ", "\ud800", "x" * 5000])
def test_a_token_of_any_spelling_is_refused_and_no_fault(site: Site, token: str) -> None:
    visitor, fields = site.browser(), {"csrf_token": token.encode(errors="surrogatepass")}
    for _ in range(2):  # before the browser was given a token, and after
        assert visitor.client.post("/faults/posted", base_url=visitor.base_url, data=fields).status_code == 403
        visitor.csrf_token()


def test_every_browser_and_every_sign_in_has_a_token_of_its_own(site: Site) -> None:
    browsers = [site.browser(), site.browser(), site.signed_in_as(Role.EVENT_CHIEF)]
    assert len({visitor.csrf_token() for visitor in browsers}) == 3
    assert all(visitor.csrf_token() == visitor.csrf_token() for visitor in browsers)


def test_who_is_told_that_a_form_was_refused_reads_what_to_do(site: Site) -> None:
    text = site.browser().post_bare("/faults/posted").text
    assert "Esta página estuvo abierta demasiado tiempo" in text
    assert "repita el último paso" in text


def test_a_till_needs_its_token_and_a_cookie_is_no_substitute(site: Site) -> None:
    visitor = site.signed_in_as(Role.EVENT_CHIEF)
    refused = visitor.post("/api/faults/till")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert visitor.post_bare("/api/faults/till", Authorization="Bearer abc").text == "till"
