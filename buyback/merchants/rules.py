"""Who may be registered as a merchant, a branch or a till, and who may work at a till. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from buyback.campaigns.rules import MerchantCategory
from buyback.errors import InputProblem, Refused
from buyback.files.reading.reader import text_problems
from buyback.files.reading.refusals import NotOneOf
from buyback.merchants.states import RucKind

NAME_LENGTH_MAX = 120
BRANCH_LENGTH_MAX = 80
TILL_LENGTH_MAX = 60


class MerchantKnown(Refused):
    """A tax number is registered once."""

    sentence = "El RUC {ruc} ya está registrado."


class MerchantAmbiguous(Refused):
    """A person's and a company's NT number can read alike."""

    sentence = "El RUC {ruc} es de más de un comercio; indique el tipo: {kinds}."


class AlreadySuspended(Refused):
    """Suspending twice would hide that the first time was forgotten."""

    sentence = "El comercio {ruc} ya está suspendido."


class NotSuspended(Refused):
    """There is nothing to lift."""

    sentence = "El comercio {ruc} no está suspendido."


class BranchKnown(Refused):
    """Branch names are unique within a merchant."""

    sentence = "El comercio ya tiene una sucursal {branch}."


class TillKnown(Refused):
    """Till names are unique within a branch; a revoked till keeps its name."""

    sentence = "La sucursal ya tiene una caja {till}."


class TillRevoked(Refused):
    """A revoked till never comes back."""

    sentence = "La caja {till} ya está revocada."


@dataclass(frozen=True, kw_only=True)
class MerchantEntry:
    """A merchant as typed on a form or a command line, with its first branch."""

    kind: RucKind
    ruc: str
    dv: str
    name: str
    category: str
    branch: str
    corregimiento: str


def merchant_problems(entry: MerchantEntry) -> Iterator[InputProblem]:
    """What is wrong with a merchant's ``name`` and ``category``."""
    yield from text_problems("name", entry.name, limit=NAME_LENGTH_MAX)
    if entry.category not in list(MerchantCategory):
        yield InputProblem("category", NotOneOf(choices=", ".join(MerchantCategory)))
