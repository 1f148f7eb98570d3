"""Who the software speaks to. Each portal declares itself as data: its blueprints and its links in the header."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, request, url_for

from buyback.people.rules import Actor
from buyback.security.access import Permission


@dataclass(frozen=True)
class Link:
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
class Audience:
    """A portal. ``setup`` is for what a library adds to the app by itself."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    navigation: tuple[Link, ...] = ()
    setup: Callable[[Flask], None] | None = None


def navigation_for(audiences: tuple[Audience, ...], actor: Actor | None) -> list[Link]:
    """The links a person may follow, in the order of the portals; none for whoever is not signed in."""
    if actor is None:
        return []
    return [link for audience in audiences for link in audience.navigation if actor.may(link.permission)]
