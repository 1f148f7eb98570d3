"""Deny by default: who may open what, and what becomes of those who may not."""

import pytest
from flask import Blueprint

from buyback.db import Database
from buyback.security.access import Role
from buyback.web.shell.audiences import Audience
from buyback.web.shell.permissions import UnguardedViewError
from tests.web import faults
from tests.web.site import Site, make_site

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def site(database: Database) -> Site:
    """A site with a guarded view on it."""
    return make_site(database, faults.AUDIENCE)


def test_a_view_without_a_permission_stops_the_start(database: Database) -> None:
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/bare", "forgotten", lambda: "open to everybody")
    with pytest.raises(UnguardedViewError, match=r"bare\.forgotten \(/bare\)"):
        make_site(database, Audience("bare", blueprints=(bare,)))


def test_one_method_without_a_permission_stops_the_start(database: Database) -> None:
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/faults/guarded", "other", lambda: "", methods=["DELETE"])
    with pytest.raises(UnguardedViewError, match=r"bare\.other"):
        make_site(database, faults.AUDIENCE, Audience("bare", blueprints=(bare,)))


def test_a_stranger_is_sent_to_sign_in_and_knows_the_way_back(site: Site) -> None:
    answer = site.browser().get("/faults/guarded?page=2")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/entrar?next=/faults/guarded?page%3D2"


def test_a_person_without_the_role_is_refused(site: Site) -> None:
    answer = site.signed_in_as(Role.RECONCILER).get("/faults/guarded")
    assert answer.status_code == 403
    assert "No tiene permiso para esto" in answer.text
    assert "inside" not in answer.text


def test_a_person_with_the_role_gets_in(site: Site) -> None:
    assert site.signed_in_as(Role.AUDITOR).get("/faults/guarded").text == "inside"


def test_a_made_up_session_opens_nothing(site: Site) -> None:
    visitor = site.browser()
    visitor.hold("made-up")
    assert visitor.get("/faults/guarded").status_code == 303


def test_asking_what_methods_there_are_tells_nothing_else(site: Site) -> None:
    answer = site.browser().client.options("/faults/guarded", base_url=site.settings.base_url)
    assert answer.status_code == 200
    assert answer.text == ""
