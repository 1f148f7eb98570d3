"""What the bodies of all chains say of bound rows, beside the rows as they stand. Pure.

An act names, of each row that it wrote, the hash before and after. In whatever order acts of several chains came, each
hash but the newest is the "before" of another act: so the newest is the one that was made once more often than it was
taken up, and no clock is asked. Where bodies were emptied, a list of hashes stands in for what they said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KEEP_ACT = "audit:keep"  # of a table whose bodies were emptied: the hashes of its rows as they stood afterwards

Acts = list[tuple[str | None, str]]  # of one row: its hash before and after each


@dataclass(frozen=True)
class RowFault:
    """What is wrong with which row of a bound table; ``key`` is empty where only its hash is known."""

    table: str
    key: str
    what: str


@dataclass
class KeptProofs:
    """What is to be kept of a table's rows when bodies that spoke of them are gone.

    ``hashes`` of rows (sorted, they say nothing of each other), and ``bound`` acts on rows that other bodies name.
    """

    hashes: list[str] = field(default_factory=list)
    bound: dict[str, list[str | None]] = field(default_factory=dict)


class Evidence:
    """Bodies go in, in any order; then each table's rows are judged, or what must be kept of them is told."""

    def __init__(self) -> None:
        self._acts: dict[str, dict[str, Acts]] = defaultdict(lambda: defaultdict(list))
        self._kept: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, body: Mapping[str, Any]) -> None:
        """What one body says."""
        if body["act"] == KEEP_ACT:
            self._kept[body["table"]].update(body["hashes"])
        for table, rows in body.get("bound", {}).items():
            for key, (before, after) in rows.items():
                self._acts[table][key].append((before, after))

    def judge(self, table: str, rows: Iterable[tuple[str, str]]) -> Iterator[RowFault]:
        """Compare a table's rows, each a key and its hash, with what was said of them. To be asked once a table."""
        acts, kept = self._acts.pop(table, {}), self._kept.pop(table, Counter())
        last = {key: _newest(done, kept) for key, done in acts.items()}
        for key, found in rows:
            said = last.pop(key, None)
            is_kept = kept[found] > 0
            kept[found] -= is_kept
            if said != found and not (said is None and is_kept):
                yield RowFault(table, key, "row_without_act" if said is None else "row_changed")
        for key in last:
            yield RowFault(table, key, "act_without_row")
        for _ in kept.elements():
            yield RowFault(table, "", "act_without_row")

    def keep(self, table: str, rows: Iterable[tuple[str, str]]) -> KeptProofs:
        """What has to be said so that a table's rows, as they stand, would be judged well. To be asked once a table."""
        acts, kept = self._acts.pop(table, {}), self._kept.pop(table, Counter())
        needed = KeptProofs()
        for key, found in rows:
            if key not in acts:
                if kept[found] > 0:
                    kept[found] -= 1
                else:
                    needed.hashes.append(found)
                continue
            balance = _balance(acts[key], kept)
            needed.hashes += [hashed for hashed, times in balance.items() for _ in range(-times)]
            last = next((hashed for hashed, times in balance.items() if times > 0), None)
            if last != found:
                needed.bound[key] = [last, found]
        needed.hashes.sort()
        return needed


def newest(acts: Acts) -> str:
    """The hash after the last of some acts on one row, with nothing else to go by; empty where they do not follow."""
    return _newest(acts, Counter())


def _newest(acts: Acts, kept: Counter[str]) -> str:
    """The hash after the last of some acts on one row; empty where they do not follow one another."""
    standing = {hashed: times for hashed, times in _balance(acts, kept).items() if times}
    return next(iter(standing)) if list(standing.values()) == [1] else ""


def _balance(acts: Acts, kept: Counter[str]) -> Counter[str]:
    """How much more often each hash was made than taken up; what was taken up of ``kept`` hashes goes from them."""
    if len(acts) == 1 and acts[0][0] is None:  # almost all rows: written once
        return Counter((acts[0][1],))
    balance = Counter(after for _, after in acts)
    balance.subtract(before for before, _ in acts if before is not None)
    for hashed, times in balance.items():
        paid = min(max(0, -times), kept[hashed])
        kept[hashed] -= paid
        balance[hashed] += paid
    return balance
