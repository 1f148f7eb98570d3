"""Every page there is, looked at as its people do: on a phone and a desk, in both languages, by day and by night.

``screens.py`` is the list it goes by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.live import RULES, served
from tests.browser.screens import NOT_PAGES, TILL, Screen, screens
from tests.browser.stage import Stage, hold_session, set_stage
from tests.builders import NOW
from tests.databases import Grow
from tests.demonstration import make_demonstration
from tests.system.test_route_matrix import matrix
from tests.web import faults
from tests.web.site import LOOPBACK, Clock, Site, make_site

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

PHONE: ViewportSize = {"width": 360, "height": 760}
DESK: ViewportSize = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class View:
    """How somebody looks at all screens."""

    language: str
    size: ViewportSize
    colours: Literal["light", "dark"]


# Each screen is seen in both languages, on both devices and in both colours, but not in all eight ways: a template is
# the same in both languages, and a colour is chosen by tokens that no width changes. The page of components is where a
# colour could go wrong on one device alone: there both devices have both.
VIEWS = (View("es", PHONE, "light"), View("en", DESK, "dark"))
IN_BOTH_COLOURS = "components"

AXE = Axe().axe_script
VIOLATIONS = """options => axe.run(document, options).then(
    found => found.violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.target)}`))"""

SMALL_TARGETS = """() => [...document.querySelectorAll(
    'button, summary, select, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), .tile, nav a, .button')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 47.5)
  .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 30)} ${e.getBoundingClientRect().height}`)"""

WIDER_THAN_THEIR_PLACE = """() => [document.documentElement, ...document.querySelectorAll('main *')]
  .filter(e => e === document.documentElement || getComputedStyle(e).overflowX === 'hidden')
  .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.tagName}.${e.className} ${e.scrollWidth} > ${e.clientWidth}`)"""

PRINTED = """() => ['nav', '.site-header__tools', '.site-footer', '.button', '.skip']
  .filter(selector => [...document.querySelectorAll(selector)].some(e => e.checkVisibility()))"""

TAB_STOPS = """() => {
  const folded = e => e.closest('details:not([open])');
  const inside = e => !folded(e) || e.matches('summary') && !folded(e.parentElement.parentElement);
  const stops = 'a[href], button, select, summary, input:not([type=hidden]), [tabindex="0"]';
  const groups = new Set();
  return [...document.querySelectorAll(stops)].filter(e => {
    if (e.disabled || !e.checkVisibility() || !inside(e)) return false;
    if (e.type !== 'radio') return true;
    const seen = groups.has(e.name);
    groups.add(e.name);
    return !seen;
  }).length;
}"""

NOTE_FOCUS = """() => {
  document.activeElement.blur();
  window.focused = new Map();
  document.addEventListener('focusin', ({target}) => {
    const shown = getComputedStyle(target.closest('.tile') || target);
    const isVisible = shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) >= 2;
    window.focused.set(target, isVisible ? null : target.outerHTML.slice(0, 80));
  });
}"""
FOCUSED = "() => [window.focused.size, [...window.focused.values()].filter(Boolean)]"


@dataclass
class Notes:
    """What the walk saw: complaints by kind, each with the screen, and the titles of the pages."""

    complaints: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def complain(self, kind: str, screen: Screen, view: View, what: object) -> None:
        """Note it, if there is anything to it."""
        if what:
            self.complaints.setdefault(kind, []).append(f"{screen.name} ({view.language}): {what}")


@dataclass
class Theatre:
    """The demonstration being served, and a browser."""

    site: Site
    stage: Stage
    address: str
    browser: Browser

    def enter(self, page: Page, who: str | None, language: str) -> None:
        """Let a browser's window be that of somebody who has chosen a language."""
        till = self.stage.till if who == TILL else None
        session = hold_session(self.site, who, till=till, language=language)
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "session", "value": session, "url": self.address}])


@pytest.fixture
def site(grow: Grow) -> tuple[Site, Stage]:
    database, stage = grow(make_demonstration, set_stage)
    return make_site(database, faults.AUDIENCE, base_url=LOOPBACK, demonstration=True, clock=Clock(NOW)), stage


def _walk(theatre: Theatre) -> Notes:
    """Through every screen in every view, and once by keyboard; a person's screens one after another."""
    taken = Notes()
    for view in VIEWS:
        context = theatre.browser.new_context(
            viewport=view.size, color_scheme=view.colours, locale="es-PA", reduced_motion="reduce"
        )
        context.add_init_script(AXE)
        page = context.new_page()
        for who, theirs in groupby(sorted(screens(theatre.stage), key=_whose), key=_whose):
            theatre.enter(page, who or None, view.language)
            for screen in theirs:
                page.goto(theatre.address + screen.path)
                _look(page, theatre.address, screen, view, taken)
                if view == VIEWS[0]:
                    _use_hands_and_printer(page, screen, view, taken)
    return taken


def _whose(screen: Screen) -> str:
    return screen.who or ""


def _look(page: Page, address: str, screen: Screen, view: View, taken: Notes) -> None:
    h1 = page.locator("h1").all_inner_texts()
    elsewhere = page.url.removeprefix(address) != screen.path
    taken.complain("elsewhere", screen, view, page.url if elsewhere else None)
    taken.titles[screen.name, view.language] = (page.title(), h1[0] if len(h1) == 1 else "")
    taken.complain(view.colours, screen, view, _violations(page))
    taken.complain("targets", screen, view, page.evaluate(SMALL_TARGETS))
    if screen.name == IN_BOTH_COLOURS:
        (other,) = {each.colours for each in VIEWS} - {view.colours}
        page.emulate_media(color_scheme=other)
        taken.complain(other, screen, view, _violations(page))
        page.emulate_media(color_scheme=view.colours)
    if view.size != PHONE:
        page.set_viewport_size(PHONE)
    taken.complain("wide", screen, view, page.evaluate(WIDER_THAN_THEIR_PLACE))
    if view.size != PHONE:
        page.set_viewport_size(view.size)


def _use_hands_and_printer(page: Page, screen: Screen, view: View, taken: Notes) -> None:
    """What neither a language nor a colour changes."""
    taken.complain("keyboard", screen, view, list(_tab_through(page)))
    page.emulate_media(media="print")
    taken.complain("print", screen, view, page.evaluate(PRINTED))
    page.emulate_media(media="screen")


def _violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate(VIOLATIONS, {**RULES, "resultTypes": ["violations"]})
    return found


def test_the_walk_passes_by_every_page_of_the_route_map(site: tuple[Site, Stage]) -> None:
    walked = {screen.rule for screen in screens(site[1])} - {""}
    assert walked | NOT_PAGES == {route for route, method in matrix() if method == "GET"}
    assert walked & NOT_PAGES == set()


def test_each_screen_of_the_walk_is_where_it_says(site: tuple[Site, Stage]) -> None:
    urls = site[0].app.url_map.bind("127.0.0.1")
    wrong = [
        screen
        for screen in screens(site[1])
        if screen.rule and urls.match(screen.path.partition("?")[0], return_rule=True)[0].rule != screen.rule
    ]
    assert "\n".join(map(str, wrong)) == ""


PROMISES = {
    "elsewhere": "nobody on the walk is sent elsewhere",
    "light": "axe finds nothing by day",
    "dark": "axe finds nothing by night",
    "wide": "nothing is wider than a phone, or cut off by it",
    "targets": "whatever is tapped is 48 pixels high",
    "print": "no page prints its navigation",
    "keyboard": "the keyboard reaches everything and shows where it is",
}


def test_every_screen_keeps_its_promises(site: tuple[Site, Stage], browser: Browser, subtests: pytest.Subtests) -> None:
    """One walk for all promises: to come to a page costs more than to look at it."""
    with served(site[0].app) as address:
        notes = _walk(Theatre(*site, address, browser))
    assert {screen for screen, _language in notes.titles} == {screen.name for screen in screens(site[1])}
    assert set(notes.complaints) <= set(PROMISES)
    for kind, promise in PROMISES.items():
        with subtests.test(promise):
            assert notes.complaints.get(kind, []) == []
    with subtests.test("every page has a title and one heading"):
        bare = [key for key, (title, heading) in notes.titles.items() if not heading or "·" not in title]
        assert bare == []
    with subtests.test("every page is in the language that was chosen"):
        names = {name for name, _ in notes.titles}
        same = {name for name in names if notes.titles[name, "es"] == notes.titles[name, "en"]}
        assert same == {"till", "till-yes", "till-no", "till-mistyped"}  # "Caja 1" is what the merchant called it


def _tab_through(page: Page) -> Iterator[str]:
    stops = page.evaluate(TAB_STOPS)
    inner = 3 * page.locator("[type=date]").count()  # day, month, year and the calendar are stops of their own
    page.evaluate(NOTE_FOCUS)
    for _ in range(stops + inner + 3):  # the browser's own stops lie between the last and the first
        page.keyboard.down("Tab")
    page.keyboard.up("Tab")
    reached, unseen = page.evaluate(FOCUSED)
    yield from (f"no focus to be seen on {element}" for element in unseen)
    if reached < stops:
        yield f"{reached} of {stops} reached"
