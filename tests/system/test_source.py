"""Rules of construction that no linter knows, held over the syntax trees of the whole program."""

import ast
import re
from collections.abc import Callable

import pytest

from tests.source import Module, modules, texts

ALLOWED = {
    # what: where, and why there
    "random": {"db.py": "jitter between tries of a transaction"},
    "time.monotonic": {"timeouts.py": "how long a connection was idle"},
    "time.sleep": {"db.py": "waits between tries of a transaction"},
    "uuid.uuid4": {"ids.py": "the one source of ids"},
    "secrets": {"security/": "the one source of tokens and keys"},
}
CHANCE_CLOCK_AND_ENVIRONMENT = re.compile(
    r"(random|secrets)(\.|$)|uuid\.uuid[14]$|os\.(environ|getenv|urandom)|time\.(time|sleep|monotonic|perf_counter)"
    r"|datetime\.(datetime\.)?(now|utcnow|today)$|datetime\.date\.today$|date\.today$"
)

NO_ACTOR = {
    # services that write to the audit log without being told ``by`` whom: which, and why
    "people/sessions.py: sign_in": "whoever knows the password is the user",
}
# These write what they are handed, who and when included; they decide nothing.
CLERKS = {"audit", "ledger"}


def test_only_the_database_module_commits() -> None:
    commits = {
        f"{module.name}:{line}"
        for module in modules()
        for call, line in module.calls()
        if re.search(r"\.commit$|\b(session|connection|engine)\.begin$", call)
    }
    assert {place.split(":")[0] for place in commits} == {"db.py", "migrate.py"}, commits


def test_no_clock_no_chance_and_no_environment_below_the_edge() -> None:
    found = [
        f"{module.name}:{line} {call}"
        for module in modules()
        if not module.at_the_edge
        for call, line in module.calls()
        if CHANCE_CLOCK_AND_ENVIRONMENT.match(call) and not _allowed(module, call)
    ]
    assert found == []


def _allowed(module: Module, call: str) -> bool:
    return any(
        call.startswith(what) and any(module.name.startswith(place) for place in places)
        for what, places in ALLOWED.items()
    )


def test_rules_hold_their_facts_in_frozen_dataclasses() -> None:
    thawed = [
        f"{module.name}: {node.name}"
        for module in modules()
        if module.name.endswith("/rules.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert thawed == []


def test_a_session_is_the_first_argument_and_who_and_when_are_given_by_name() -> None:
    wrong = [
        name
        for name, function in _services().items()
        if not (positional := [argument.arg for argument in function.args.args])
        or positional[0] != "session"
        or {"by", "now"} & set(positional)
    ]
    assert wrong == []


@pytest.mark.parametrize("argument", ["by", "now"])
def test_a_service_that_writes_to_the_audit_log_is_told_who_and_when(argument: str) -> None:
    silent = {
        name
        for name, function in _services().items()
        if any(ast.unparse(node.func) == "audit.record" for node in ast.walk(function) if isinstance(node, ast.Call))
        if argument not in {keyword.arg for keyword in function.args.kwonlyargs}
    }
    assert silent == (set(NO_ACTOR) if argument == "by" else set())


def _services() -> dict[str, ast.FunctionDef]:
    """Public functions of the domains that take a session, by file and name."""
    return {
        f"{module.name}: {node.name}": node
        for module in modules()
        if module.domain and module.domain not in CLERKS
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "session" in {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    }


def test_no_domain_reaches_into_anothers_tables() -> None:
    foreign = [
        f"{module.name} imports {name}"
        for module in modules()
        if module.domain
        for name in module.imports()
        if (match := re.match(r"buyback\.(\w+)\.tables\b", name)) and match[1] != module.domain
    ]
    assert foreign == []


def test_files_stay_under_300_lines() -> None:
    assert [f"{module.name}: {module.lines}" for module in modules() if module.lines >= 300] == []


def test_functions_stay_under_50_lines() -> None:
    assert [
        f"{module.name}: {function.name}"
        for module in modules()
        for function in module.functions()
        if (function.end_lineno or 0) - function.lineno + 1 >= 50
    ] == []


@pytest.mark.parametrize(
    "unfinished",
    [
        re.compile(r"\bTO[D]O\b"),
        re.compile(r"\bFIX[M]E\b"),
        re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE),
    ],
    ids=["todo", "fixme", "conflict"],
)
def test_nothing_is_left_unfinished(unfinished: re.Pattern[str]) -> None:
    assert [str(path) for path in texts() if unfinished.search(path.read_text(encoding="utf-8"))] == []


def test_every_allowance_is_still_needed() -> None:
    """An exception whose reason has gone would hide the next mistake."""
    stale = [
        f"{what} in {place}"
        for what, places in ALLOWED.items()
        for place in places
        if not any(
            module.name.startswith(place) and any(call.startswith(what) for call, _ in module.calls())
            for module in modules()
        )
    ]
    assert stale == []


@pytest.mark.parametrize(
    "source, caught",
    [
        ("from datetime import datetime as d\nd.now()", True),
        ("import datetime\ndatetime.datetime.now()", True),
        ("from datetime import date\ndate.today()", True),
        ("from uuid import uuid4\nuuid4()", True),
        ("from os import environ\nenviron['X']", True),
        ("import random\nrandom.random()", True),
        ("from uuid import UUID\nUUID('x')", False),
        ("now.date()", False),
    ],
)
def test_the_search_for_clocks_and_chance_sees_through_aliases(source: str, caught: bool) -> None:  # noqa: FBT001
    calls = Module("x.py", 1, ast.parse(source)).calls()
    match: Callable[[str], object] = CHANCE_CLOCK_AND_ENVIRONMENT.match
    assert any(match(call) for call, _ in calls) is caught
