"""What all pages share: a title, a language, filters, components, and templates that hide no mistake."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import render_template_string, session
from jinja2 import UndefinedError

from buyback.app import App
from buyback.db import Database
from buyback.paths import STATIC, TEMPLATES
from buyback.tariff.catalogue import CATALOGUE
from buyback.web.shell import components, i18n
from buyback.web.shell.components import static
from tests.web.site import Site, make_site

pytestmark = pytest.mark.databases("sqlite")


def rendered(site: Site, template: str, *, lang: str = "es", **facts: object) -> str:
    with site.app.test_request_context():
        session[i18n.SESSION_KEY] = lang
        return render_template_string(template, **facts)


def test_every_page_has_a_title_of_its_own() -> None:
    pages = [path for path in TEMPLATES.rglob("*.html") if '{% extends "base.html" %}' in path.read_text()]
    assert len(pages) >= 4
    title = re.compile(r"{% block title %}.*{{.+}}.*{% endblock %}")
    assert [path.name for path in pages if not title.search(path.read_text())] == []


def test_every_page_begins_with_one_heading(site: Site) -> None:
    for path in ("/", "/entrar", "/invitacion", "/nada"):
        assert len(re.findall(r"<h1\b", site.browser().get(path).text)) == 1, path


def test_a_name_that_nobody_gave_is_an_error(site: Site) -> None:
    with pytest.raises(UndefinedError):
        rendered(site, "{{ nobody }}")
    with pytest.raises(UndefinedError):
        rendered(site, "{{ ui.no_such_component() }}")
    with pytest.raises(UndefinedError):
        rendered(site, "{% if facts.nothing %}{% endif %}", facts={})


def test_what_people_type_is_shown_as_text(site: Site) -> None:
    answer = site.browser().post("/entrar", {"name": "<script>alert(1)</script>", "password": ""})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_two_components_of_one_name_stop_the_start(tmp_path: Path) -> None:
    for file in ("one", "two"):
        component = tmp_path / "components" / f"{file}.html"
        component.parent.mkdir(exist_ok=True)
        component.write_text("{% macro button() %}{% endmacro %}")
    with pytest.raises(RuntimeError, match="two components are called button"):
        components.init(App("twice", template_folder=str(tmp_path)), (), demonstration=False)


def test_pages_are_spanish_until_somebody_chooses_otherwise(site: Site) -> None:
    visitor = site.browser()
    text = visitor.get("/", **{"Accept-Language": "en"}).text
    assert '<html lang="es"' in text
    assert "Menos armas." in text


def test_the_language_is_switched_in_place(site: Site) -> None:
    visitor = site.browser()
    answer = visitor.post("/idioma", {"lang": "en", "next": "/entrar"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/entrar")
    text = visitor.get("/entrar").text
    assert '<html lang="en"' in text
    assert "User name" in text
    assert "Contraseña" not in text
    visitor.post("/idioma", {"lang": "es"})
    assert "Contraseña" in visitor.get("/entrar").text


def test_a_language_that_there_is_not_changes_nothing(site: Site) -> None:
    visitor = site.browser()
    visitor.post("/idioma", {"lang": "xx"})
    assert '<html lang="es"' in visitor.get("/").text


def test_refusals_are_said_in_the_readers_language(site: Site) -> None:
    visitor = site.browser()
    visitor.post("/idioma", {"lang": "en"})
    text = visitor.post("/entrar", {"name": "x", "password": ""}).text
    assert "There is something to correct" in text
    assert "Password: Fill in this field." in text


def test_days_are_written_day_first_and_in_panama(site: Site) -> None:
    night = datetime(2026, 11, 25, 3, 4, tzinfo=UTC)
    assert rendered(site, "{{ d | day }}", d=date(2026, 11, 24)) == "24 nov 2026"
    assert rendered(site, "{{ d | day }}", d=night) == "24 nov 2026"
    assert rendered(site, "{{ d | instant }}", d=night) == "24 nov 2026, 22:04"
    assert rendered(site, "{{ d | day_long }}", d=night) == "martes 24 de noviembre de 2026"
    assert rendered(site, "{{ d | day_long }}", lang="en", d=night) == "Tuesday 24 November 2026"


def test_money_and_counts_are_written_alike_in_both_languages(site: Site) -> None:
    for lang in i18n.LANGUAGES:
        assert rendered(site, "{{ c | money }} {{ n | count }}", lang=lang, c=123450, n=12345) == "B/. 1,234.50 12,345"


def test_a_static_file_that_changed_has_another_address() -> None:
    assert re.fullmatch(r"/static/css/site\.css\?v=[0-9a-f]{12}", static("css/site.css"))


def test_a_static_file_that_there_is_not_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        static("css/nothing.css")


def test_the_demonstration_says_that_it_is_one(database: Database) -> None:
    assert "Demostración" in make_site(database, demonstration=True).browser().get("/").text
    assert "Demostración" not in make_site(database).browser().get("/").text


def test_the_process_says_that_it_lives_and_that_it_can_work(site: Site) -> None:
    assert site.browser().get("/healthz").text == "ok\n"
    assert site.browser().get("/readyz").status_code == 200


def test_a_database_with_another_schema_is_not_ready(site: Site) -> None:
    site.database.transact(
        lambda session: session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    )
    answer = site.browser().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "schema\n")
    assert site.browser().get("/healthz").status_code == 200


def test_the_page_of_components_is_there_in_the_demonstration_only(database: Database) -> None:
    assert make_site(database, demonstration=True).browser().get("/components").status_code == 200
    assert make_site(database).browser().get("/components").status_code == 404


def test_every_drawing_that_a_page_names_is_drawn(database: Database) -> None:
    files = ("icons", "classes", "scenes")
    drawn = {(file, name) for file in files for name in re.findall(r'<symbol id="(\w+)"', _drawing(file))}
    text = make_site(database, demonstration=True).browser().get("/components").text
    named = set(re.findall(r"/img/(\w+)\.svg\?v=\w+#(\w+)", text))
    assert {("classes", code.value) for code in CATALOGUE} <= drawn
    assert named == drawn


def _drawing(name: str) -> str:
    return (STATIC / "img" / f"{name}.svg").read_text(encoding="utf-8")


def test_a_lists_address_may_hold_the_routers_own_words(database: Database) -> None:
    answer = make_site(database, demonstration=True).browser().get("/components?endpoint=x&_method=POST&_external=1")
    assert answer.status_code == 200
    assert "https://" not in "".join(re.findall(r'href="([^"]*page=[^"]*)"', answer.text))
