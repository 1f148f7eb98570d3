"""Rendering pages, and lists that come in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import render_template, request

from buyback.files.reading import values
from buyback.files.reading.refusals import NotWhole
from buyback.files.reading.values import Dialect

T = TypeVar("T")

ROWS_A_PAGE = 50
PAGES_MAX = 1_000_000


def page(template: str, **facts: object) -> str:
    """A template with its facts; ``base.html`` gets what it needs from the request."""
    return render_template(template, **facts)


def page_number() -> int:
    """Which page of a list is asked for, counted from 1; nonsense is the first."""
    try:
        return values.whole(request.args.get("page", "1"), Dialect.TYPED, low=1, high=PAGES_MAX)
    except NotWhole:
        return 1


@dataclass(frozen=True)
class Listing(Generic[T]):
    """One page of a list: its ``rows``, its ``number`` from 1, and how many rows there are in all."""

    rows: Sequence[T]
    number: int
    total: int
    size: int = ROWS_A_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    def url(self, number: int) -> str:
        """The address of another page of the same list, with the same filters."""
        return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': number})}"


def offset(number: int, size: int = ROWS_A_PAGE) -> int:
    """How many rows come before a page."""
    return (number - 1) * size
