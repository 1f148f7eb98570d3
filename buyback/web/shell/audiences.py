"""Who the software speaks to. Each portal declares itself as data: its blueprints and its links in the header."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, request, url_for

from buyback.people.rules import Actor
from buyback.security.access import Permission

HOMES = "buyback.homes"
FIRST_PAGE = "public.home"


@dataclass(frozen=True)
class NavigationLink:
    """An entry of the header's navigation, shown to whoever has the permission.

    The first page shows its ``hint``, and its ``icon`` of static/img/icons.svg.
    """

    endpoint: str
    label: str
    permission: Permission
    hint: str = ""
    icon: str = ""

    @property
    def url(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """Whether the page shown belongs to this entry."""
        return request.endpoint == self.endpoint or request.path.startswith(self.url.rstrip("/") + "/")


@dataclass(frozen=True)
class Home:
    """Where people begin who have one permission and not the other, instead of the first page with all their ways."""

    endpoint: str
    permission: Permission
    unless: Permission


@dataclass(frozen=True)
class Audience:
    """A portal. ``setup`` is for what a library adds to the app by itself."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    navigation: tuple[NavigationLink, ...] = ()
    home: Home | None = None
    setup: Callable[[Flask], None] | None = None


def navigation_for(audiences: tuple[Audience, ...], actor: Actor | None) -> list[NavigationLink]:
    """The links a person may follow, in the order of the portals; none for whoever is not signed in."""
    if actor is None:
        return []
    return [link for audience in audiences for link in audience.navigation if actor.may(link.permission)]


def init(app: Flask, audiences: tuple[Audience, ...]) -> None:
    """Remember where people of each portal begin."""
    app.extensions[HOMES] = tuple(audience.home for audience in audiences if audience.home is not None)


def home_of(actor: Actor) -> str:
    """Where a person begins after signing in."""
    homes: tuple[Home, ...] = current_app.extensions[HOMES]
    own = (home for home in homes if actor.may(home.permission) and not actor.may(home.unless))
    return url_for(next((home.endpoint for home in own), FIRST_PAGE))
