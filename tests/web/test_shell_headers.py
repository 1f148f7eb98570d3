"""Headers and cookies of every answer (OWASP ASVS 5.0, V3.3 and V3.4)."""

import re

import pytest
from werkzeug.test import TestResponse

from buyback.db import Database
from buyback.paths import STATIC, TEMPLATES
from tests.web import faults
from tests.web.routes import every_route
from tests.web.site import LOOPBACK, SECURE, Site, make_site

pytestmark = pytest.mark.databases("sqlite")

YEAR_SECONDS = 365 * 24 * 3600


@pytest.fixture
def answers(database: Database) -> list[tuple[str, TestResponse]]:
    """What every route says to a stranger, and a static file, a missing one, and a fault of ours."""
    site = make_site(database, faults.AUDIENCE)
    visitor = site.browser()
    asked = [(route.method, route.path) for route in every_route(site.app)]
    asked += [("GET", path) for path in ("/static/css/site.css", "/static/nothing.css", "/nowhere", "/api/nowhere")]
    return [
        (f"{method} {path}", visitor.client.open(path, method=method, base_url=SECURE, buffered=True))
        for method, path in asked
    ]


def _lacking(answers: list[tuple[str, TestResponse]], header: str, wanted: str) -> list[str]:
    return [asked for asked, answer in answers if not re.search(wanted, answer.headers.get(header, ""))]


def test_every_answer_sets_hsts_for_a_year_with_subdomains(answers: list[tuple[str, TestResponse]]) -> None:
    values = {answer.headers.get("Strict-Transport-Security", "") for _, answer in answers}
    (value,) = values
    age = re.fullmatch(r"max-age=(\d+); includeSubDomains", value)
    assert age is not None
    assert int(age.group(1)) >= YEAR_SECONDS


def test_no_answer_opens_itself_to_other_origins(site: Site) -> None:
    for route in every_route(site.app):
        answer = site.browser().client.open(
            route.path, method=route.method, base_url=SECURE, headers={"Origin": "https://elsewhere.example"}
        )
        assert "Access-Control-Allow-Origin" not in answer.headers, route


def test_every_answer_has_a_policy_without_inline_code(answers: list[tuple[str, TestResponse]]) -> None:
    policies = {answer.headers.get("Content-Security-Policy", "") for _, answer in answers}
    (policy,) = policies
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "base-uri 'none'" in policy


def test_no_template_holds_inline_code() -> None:
    inline = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:|\|\s*safe\b", re.IGNORECASE)
    held = {
        f"{path.name}: {found.group(0)}"
        for path in TEMPLATES.rglob("*.html")
        if (found := inline.search(path.read_text())) is not None
    }
    assert held == set()


def test_every_answer_forbids_guessing_its_type(answers: list[tuple[str, TestResponse]]) -> None:
    assert _lacking(answers, "X-Content-Type-Options", "^nosniff$") == []


def test_every_answer_tells_other_sites_nothing_about_the_address(
    answers: list[tuple[str, TestResponse]],
) -> None:
    assert _lacking(answers, "Referrer-Policy", "^no-referrer$") == []


def test_no_answer_may_be_framed(answers: list[tuple[str, TestResponse]]) -> None:
    assert _lacking(answers, "Content-Security-Policy", "frame-ancestors 'none'") == []
    assert _lacking(answers, "X-Frame-Options", "^DENY$") == []


def test_every_answer_stays_in_its_own_window(answers: list[tuple[str, TestResponse]]) -> None:
    assert _lacking(answers, "Cross-Origin-Opener-Policy", "^same-origin$") == []
    assert _lacking(answers, "Cross-Origin-Resource-Policy", "^same-origin$") == []


def test_pages_ask_for_the_camera_and_for_nothing_else(answers: list[tuple[str, TestResponse]]) -> None:
    assert _lacking(answers, "Permissions-Policy", r"camera=\(self\), geolocation=\(\), microphone=\(\)") == []


def test_nothing_but_static_files_is_stored(answers: list[tuple[str, TestResponse]]) -> None:
    stored = [asked for asked, answer in answers if "no-store" not in answer.headers.get("Cache-Control", "")]
    assert stored == ["GET /static/css/site.css"]


def test_no_template_or_style_asks_another_site_for_anything() -> None:
    files = [*TEMPLATES.rglob("*.html"), *STATIC.rglob("*.css"), *STATIC.rglob("*.js")]
    asking = {path.name for path in files if re.search(r"(src|href|url\(|import)\W{0,3}(https?:)?//", path.read_text())}
    assert asking == set()


def _session_cookies(answer: TestResponse) -> list[str]:
    return [cookie for cookie in answer.headers.getlist("Set-Cookie") if "session=" in cookie]


def test_over_tls_the_cookie_is_bound_to_the_host_and_out_of_reach(site: Site) -> None:
    (cookie,) = _session_cookies(site.browser().get("/entrar"))
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-session=")
    assert parts == {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}


def test_on_the_loopback_the_cookie_works_without_tls(database: Database) -> None:
    (cookie,) = _session_cookies(make_site(database, base_url=LOOPBACK).browser().get("/entrar"))
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("session=")
    assert parts == {"HttpOnly", "SameSite=Lax", "Path=/"}


def test_on_the_loopback_browsers_are_not_bound_to_tls(database: Database) -> None:
    answer = make_site(database, base_url=LOOPBACK).browser().get("/")
    assert "Strict-Transport-Security" not in answer.headers
