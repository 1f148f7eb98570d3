"""Where SQL is written as text, and whether it is made of anything but constants: for OWASP ASVS 5.0, V1.2.4."""

import ast
import re
from collections.abc import Iterator

from tests.source import Module

TAKES_TEXT = re.compile(
    r"^((sqlalchemy|sa|sql)\.)?(text|literal_column|DDL)$|\.(exec_driver_sql|execute|prefix_with|suffix_with|with_hint)$"
)
IS_SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|GRANT|REVOKE|VACUUM|PRAGMA|CREATE|ALTER|DROP|TRUNCATE|BEGIN|COPY|WHERE"
    r"|FROM|UNION|ORDER BY|VALUES)\s"
)
CONSTANT = re.compile(r"^_?[A-Z][A-Z0-9_]*$")


def built(module: Module) -> Iterator[str]:
    """Each place where SQL text is made of something that is no constant: file and function."""
    for function, node in _within(module.tree):
        if _is_built_sql(node) or _is_handed_over(node):
            yield f"{module.name}: {function}"


def _within(tree: ast.AST, function: str = "(module)") -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(tree):
        yield function, child
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else function
        yield from _within(child, inside)


def _is_built_sql(node: ast.AST) -> bool:
    """Text that reads as SQL, put together from values: by f-string, format, per cent or plus."""
    if not isinstance(node, ast.expr) or not _puts_together(node) or _is_constant(node):
        return False
    said = " ".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return bool(IS_SQL.search(said))


def _puts_together(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "format_map", "join", "replace"}
    return isinstance(node, ast.JoinedStr)


def _is_handed_over(node: ast.AST) -> bool:
    """A call that takes SQL as text is given what is not written there, nor a constant of the program."""
    if not isinstance(node, ast.Call) or not node.args or not TAKES_TEXT.search(ast.unparse(node.func)):
        return False
    first = node.args[0]
    if _takes_statements(node):  # these take no text; a raw cursor's would be found above
        return isinstance(first, ast.JoinedStr | ast.BinOp) and not _is_constant(first)
    return not _is_constant(first)


def _takes_statements(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "execute"


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return bool(CONSTANT.match(node.id))
    if isinstance(node, ast.JoinedStr):
        return all(_is_constant(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    return isinstance(node, ast.BinOp) and _is_constant(node.left) and _is_constant(node.right)
