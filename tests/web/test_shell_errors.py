"""Errors say what happened, where, and what to do now; and nothing that was not meant for the reader."""

import pytest

from buyback.db import Database
from buyback.web.shell.limits import BODY_BYTES_MAX
from tests.web import faults
from tests.web.site import Site, make_site

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def site(database: Database) -> Site:
    """A site on which things go wrong."""
    return make_site(database, faults.AUDIENCE)


def test_a_page_that_is_not_there_says_where_to_begin(site: Site) -> None:
    answer = site.browser().get("/nada")
    assert answer.status_code == 404
    assert "No encontramos esta página" in answer.text
    assert 'href="/"' in answer.text


def test_a_fault_of_ours_shows_a_reference_and_nothing_of_the_fault(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/faults/bug", "/faults/database", "/faults/undefined", "/api/faults/bug", "/api/faults/database"):
        answer = site.browser().get(path)
        assert answer.status_code in {500, 503}, path
        for leak in (faults.SECRET, "Traceback", "RuntimeError", "nowhere", "sqlite3", ".py", "nobody_gave_this"):
            assert leak not in answer.text, (path, leak)
    log = capsys.readouterr().err
    assert "RuntimeError" in log


def test_the_reference_finds_the_line_in_the_log(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    body = site.browser().get("/api/faults/bug").json
    assert body is not None
    assert f"request={body['reference']}" in capsys.readouterr().err


def test_what_people_typed_is_not_in_the_log_of_a_database_fault(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.browser().get("/faults/database")
    log = capsys.readouterr().err
    assert "OperationalError" in log
    assert faults.SECRET not in log


def test_a_database_that_cannot_answer_asks_to_try_again(site: Site) -> None:
    page, machine = site.browser().get("/faults/locked"), site.browser().get("/api/faults/locked")
    assert (page.status_code, machine.status_code) == (503, 503)
    assert page.headers["Retry-After"] == machine.headers["Retry-After"] == "2"
    assert machine.json is not None
    assert (machine.json["code"], machine.json["whose"]) == ("try_again", "system")


@pytest.mark.parametrize(
    "code, status",
    [
        *((silent, 503) for silent in ("08006", "40001", "53300", "55P03", "57P01", "58030")),
        *((silent, 503) for silent in ("SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_LOCKED")),
        *((told, 500) for told in ("23505", "42P01", "SQLITE_CONSTRAINT_CHECK")),
    ],
)
def test_another_try_is_asked_for_where_it_may_help_only(site: Site, code: str, status: int) -> None:
    assert site.browser().get(f"/faults/code/{code}").status_code == status


def test_a_database_that_answers_with_an_error_is_our_fault_and_told_by_its_code(site: Site) -> None:
    page, machine = site.browser().get("/faults/database"), site.browser().get("/api/faults/database")
    assert (page.status_code, machine.status_code) == (500, 500)
    assert "SQLITE_ERROR" in page.text
    assert machine.json is not None
    assert machine.json["fault"] == "SQLITE_ERROR"


@pytest.mark.parametrize("path, traced", [("/faults/bug", True), ("/faults/database", True), ("/faults/locked", False)])
def test_a_fault_that_repeats_is_traced_once_and_takes_a_line_each_time(
    site: Site,
    capsys: pytest.CaptureFixture[str],
    path: str,
    traced: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    logs = []
    for _ in range(3):
        site.browser().get(path)
        logs.append(capsys.readouterr().err)
    assert ["Traceback" in log for log in logs] == [traced, False, False]
    assert all("kind=" in log for log in logs)


def test_a_refusal_is_a_sentence_for_people_and_a_problem_for_machines(site: Site) -> None:
    page, machine = site.browser().get("/faults/refused"), site.browser().get("/api/faults/refused")
    assert page.status_code == machine.status_code == 409
    assert "La jornada BETANIA ya cerró." in page.text
    assert machine.content_type == "application/problem+json"
    assert machine.json is not None
    assert machine.json["code"] == "too_late"
    assert machine.json["detail"] == "La jornada BETANIA ya cerró."
    assert machine.json["status"] == 409


def test_what_may_not_be_known_is_not_found(site: Site) -> None:
    answer = site.browser().get("/faults/missing")
    assert answer.status_code == 404
    assert "la entrega 12" in answer.text


def test_a_forbidden_step_says_whom_to_ask(site: Site) -> None:
    answer = site.browser().get("/faults/forbidden")
    assert answer.status_code == 403
    assert "pida el permiso a quien administra los usuarios" in answer.text


def test_a_method_that_an_address_does_not_know_is_refused_with_those_it_knows(site: Site) -> None:
    answer = site.browser().client.delete("/faults/posted", base_url=site.settings.base_url)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_two_megabytes_are_refused_before_anybody_reads_them(site: Site) -> None:
    visitor = site.browser()
    fields = {"csrf_token": visitor.csrf_token(), "name": "x" * 2_000_000}
    page = visitor.post_bare("/faults/posted", fields)
    machine = visitor.client.post("/api/faults/till", base_url=site.settings.base_url, data=b"x" * 2_000_000)
    assert page.status_code == machine.status_code == 413
    assert "Lo que envió es demasiado grande" in page.text
    assert "1 MB" in page.text
    assert machine.json is not None
    assert machine.json["code"] == "request_entity_too_large"


def test_a_body_within_the_limit_is_read(site: Site) -> None:
    visitor = site.browser()
    fields = {"csrf_token": visitor.csrf_token(), "name": "x" * (BODY_BYTES_MAX - 10_000)}
    assert visitor.post_bare("/faults/posted", fields).status_code == 200


def test_the_log_names_the_route_and_never_the_address_or_the_caller(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.browser().client.get(
        "/faults/refused?next=canary", base_url=site.settings.base_url, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    )
    log = capsys.readouterr().err
    assert "rule=/faults/refused" in log
    assert "canary" not in log
    assert "198.51.100.7" not in log
