"""How a chain's rows are hashed. Pure, so that ``buyback verify`` and an outsider can repeat it from this page.

``body_hash = SHA-256(salt ‖ body)`` with the body as canonical JSON (RFC 8785), and
``hash = SHA-256(canonical JSON of {chain, seq, previous, body_hash, event})`` with hashes as lower-case hexadecimal and
``event`` null where a row belongs to none. The first row's ``previous`` is 32 zero bytes. Each hash is signed with
Ed25519 over ``"PMB audit row 1" 0x00`` and its 32 bytes, by a key that is not in the database. A body may be emptied
later: the chain still verifies, its content is gone.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

GENESIS = bytes(32)
EMPTY_ACT = "audit:empty"  # says which bodies of its own chain were emptied, in ranges of rows, and why
PREFIX = b"PMB audit row 1\0"
SEALED_WITHOUT_KEY = "sealed_without_key"  # what a body says cannot be read here


class ChainKind(StrEnum):
    """Whose acts a chain holds. A till has its own, so that tills do not wait for each other."""

    OPERATOR = "operator"
    ORGANISATION = "organisation"
    TILL = "till"


@dataclass(frozen=True)
class Head:
    """Where a chain ends; ``seq`` is −1 while it has no rows."""

    seq: int
    hash: bytes


EMPTY = Head(-1, GENESIS)


@dataclass(frozen=True)
class Link:
    """One row to be appended, with its body."""

    chain: UUID
    seq: int
    previous: bytes
    body_hash: bytes
    hash: bytes
    salt: bytes
    body: str
    event: UUID | None = None


def canonical(body: Mapping[str, object]) -> str:
    """A body as RFC 8785 text."""
    return rfc8785.dumps(cast("dict[str, str]", dict(body))).decode()  # whatever JSON can say


def body_hash(salt: bytes, body: str) -> bytes:
    """The salted hash of a body: without the salt a short body could be guessed from its hash."""
    return hashlib.sha256(salt + body.encode()).digest()


def row_hash(chain: UUID, seq: int, previous: bytes, hash_of_body: bytes, event: UUID | None) -> bytes:
    """The hash that the next row will name: of all that stands in clear in this one."""
    text = rfc8785.dumps(
        {
            "chain": str(chain),
            "seq": seq,
            "previous": previous.hex(),
            "body_hash": hash_of_body.hex(),
            "event": None if event is None else str(event),
        }
    )
    return hashlib.sha256(text).digest()


def link(chain: UUID, head: Head, body: Mapping[str, object], salt: bytes, event: UUID | None = None) -> Link:
    """The next row of a chain."""
    text = canonical(body)
    hashed = body_hash(salt, text)
    seq = head.seq + 1
    return Link(chain, seq, head.hash, hashed, row_hash(chain, seq, head.hash, hashed, event), salt, text, event)


def sign(key: Ed25519PrivateKey, hash_of_row: bytes) -> bytes:
    """The 64 bytes by which a row is known as the application's own."""
    return key.sign(PREFIX + hash_of_row)


def is_signed(keys: Sequence[Ed25519PublicKey], hash_of_row: bytes, signature: bytes) -> bool:
    """Whether one of these keys signed a row's hash."""
    return any(_verifies(key, hash_of_row, signature) for key in keys)


def _verifies(key: Ed25519PublicKey, hash_of_row: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, PREFIX + hash_of_row)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True)
class ChainRow:
    """A stored row, for verification; ``salt`` and ``body`` are None once emptied."""

    seq: int
    previous: bytes
    body_hash: bytes
    hash: bytes
    signature: bytes
    event: UUID | None
    salt: bytes | None
    body: str | None


@dataclass(frozen=True)
class Fault:
    """What is wrong with which row of which chain; ``table`` is where it stands."""

    chain: UUID
    seq: int
    what: str
    table: str = "audit_row"


class ChainReader:
    """Walks one chain in order and says what is wrong with each row. ``keys`` are those that may sign.

    ``unseal`` gives what a body says, None where its key is missing. A body that was emptied is in order where a later
    row of the chain says so: which rows, and why.
    """

    def __init__(
        self, chain: UUID, keys: Sequence[Ed25519PublicKey], unseal: Callable[[ChainRow], dict[str, Any] | None]
    ) -> None:
        self.chain = chain
        self.keys = keys
        self._unseal = unseal
        self.head = EMPTY
        self._emptied: set[int] = set()

    def read(self, row: ChainRow) -> tuple[Fault | None, Mapping[str, Any] | None]:
        """The first fault of a row, or None, and what its body says if that can be believed."""
        fault = self._fault(row)
        self.head = Head(row.seq, row.hash)
        if fault is not None:
            return Fault(self.chain, row.seq, fault, "audit_body" if fault == "body_changed" else "audit_row"), None
        if row.body is None:
            self._emptied.add(row.seq)
            return None, None
        said = self._unseal(row)
        if said is None:
            return Fault(self.chain, row.seq, SEALED_WITHOUT_KEY, "audit_body"), None
        if said["act"] == EMPTY_ACT:
            for first, last in said["rows"]:
                self._emptied.difference_update(range(first, last + 1))
        return None, said

    def unexplained(self) -> Iterator[Fault]:
        """The emptied bodies of which no later row says why; to be asked at the end."""
        for seq in sorted(self._emptied):
            yield Fault(self.chain, seq, "emptied_without_act", "audit_body")

    def _fault(self, row: ChainRow) -> str | None:
        if row.seq != self.head.seq + 1:
            return "gap"
        if row.previous != self.head.hash:
            return "fork"
        return fault_of(self.chain, row, self.keys)


def fault_of(chain: UUID, row: ChainRow, keys: Sequence[Ed25519PublicKey]) -> str | None:
    """What is wrong with a row, wherever in its chain it stands."""
    if row.hash != row_hash(chain, row.seq, row.previous, row.body_hash, row.event):
        return "row_changed"
    if not is_signed(keys, row.hash, row.signature):
        return "not_signed"
    if row.salt is not None and row.body is not None and row.body_hash != body_hash(row.salt, row.body):
        return "body_changed"
    return None


def ranges(seqs: Iterable[int]) -> list[list[int]]:
    """Numbers of rows as runs, each its first and its last: how a row says which bodies were emptied."""
    runs: list[list[int]] = []
    for seq in sorted(seqs):
        if runs and seq == runs[-1][1] + 1:
            runs[-1][1] = seq
        else:
            runs.append([seq, seq])
    return runs
