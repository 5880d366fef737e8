"""Every sentence a page can say, read from the sources: what catalogues have to know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
REFUSALS = {"BadInput", "Conflict", "TooMany"}  # what a page tells of an error; of others it tells their kind
REFUSING = ("office", "tickets", "people", "compose", "store/numbers.py", "store/office.py")
# Rooms that say what happened and why: whatever is a sentence there.
TELLING = (
    "mailgate/tickets/in_words.py", "mailgate/tickets/explain.py", "mailgate/tickets/promised.py",
    "mailgate/routing/choice.py", "mailgate/thread/decide.py", "mailgate/thread/evidence.py",
    "mailgate/thread/own.py", "mailgate/thread/loops.py", "mailgate/trust/chain.py", "mailgate/trust/checker.py",
    "mailgate/trust/judge.py", "mailgate/trust/path.py", "mailgate/trust/policy.py", "mailgate/trust/signatures.py",
    "mailgate/trust/spam.py", "mailgate/steps/requests.py", "mailgate/steps/unwanted.py", "mailgate/steps/ruled.py",
    "mailgate/steps/file.py", "mailgate/steps/shelf.py", "mailgate/steps/bounces.py", "mailgate/steps/follow.py",
    "mailgate/steps/telling.py", "mailgate/steps/ruling.py", "mailgate/steps/escalating.py", "mailgate/steps/send.py",
    "mailgate/steps/passed_on.py", "mailgate/tickets/route.py", "mailgate/tickets/sender.py",
    "mailgate/rules/fields.py", "mailgate/office/shipped_rules.py", "mailgate/store/founding.py",
    "mailgate/compose/about.py", "mailgate/compose/canned.py",
    "web/show/happenings.py",
)  # fmt: skip
EXAMPLES = {
    "Ana Ferreira", "Mia Keller", "Nordlicht Support", "Cannot sign in after reset", "The customer is a hospital",
    "add header", "body hash", "rewrite subject", "x= value",
}  # fmt: skip # of what a letter names, and marks of others
MARKS = {"say", "later", "say_number", "say_count"}


def everything() -> set[str]:
    """All of it."""
    return in_templates() | marked() | refused() | named() | told()


def in_templates() -> set[str]:
    """What templates say."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found: set[str] = set()
    for template in (WEB / "templates").rglob("*.html"):
        for _, _, words in environment.extract_translations(template.read_text()):  # type: ignore[attr-defined] # of the extension
            found.update(word for word in (words if isinstance(words, tuple) else (words,)) if word)
    return found


def marked() -> set[str]:
    """What modules of the web say, or will."""
    found: set[str] = set()
    for module in WEB.rglob("*.py"):
        for call in _calls(ast.parse(module.read_text()), MARKS):
            found.update(
                each.value for each in call.args[:2] if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
    return found


def refused() -> set[str]:
    """What rooms and pages refuse with."""
    found: set[str] = set()
    files = [*_modules(ROOT / "mailgate" / place for place in REFUSING), *_modules([WEB])]
    for module in files:
        if {"api", "desk", "cursors.py", "commands.py"} & set(module.parts):
            continue  # for programs, and for a file somebody wrote
        for call in _calls(ast.parse(module.read_text()), REFUSALS):
            found.update(filter(None, map(pattern, call.args[:1])))
    return found


def named() -> set[str]:
    """What rules, and the sentences that tell them, are made of."""
    tree = ast.parse((ROOT / "mailgate/rules/words.py").read_text())
    return {said for said in _sentences(tree) if not re.search(r"%\(\w+\)s", said)}


def told() -> set[str]:
    """What rooms say of what happened."""
    found = {said for place in TELLING for said in _sentences(ast.parse((ROOT / place).read_text()))}
    return {said for said in found if "\n" not in said} - EXAMPLES


def pattern(node: ast.expr) -> str | None:
    """A sentence as catalogues have it: a value stands as %(name)s, another of that name as %(name2)s."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            names: dict[str, str] = {}
            return "".join(_piece(each, names) for each in values)
        case _:
            return None


def _piece(node: ast.expr, names: dict[str, str]) -> str:
    if not isinstance(node, ast.FormattedValue):
        return str(node.value).replace("%", "%%") if isinstance(node, ast.Constant) else ""
    found = [each for each in ast.walk(node.value) if isinstance(each, ast.Attribute | ast.Name)]
    bare = (found[0].attr if isinstance(found[0], ast.Attribute) else found[0].id) if found else "value"
    name, count = bare.strip("_").lower(), 2
    while names.get(name, ast.unparse(node)) != ast.unparse(node):
        name, count = f"{bare.strip('_').lower()}{count}", count + 1
    names[name] = ast.unparse(node)
    return f"%({name})s"


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield node


def _modules(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Whatever has several words, and is neither a comment nor a pattern."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            left_out.update(id(each) for each in ast.walk(node) if each is not node)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("compile", "info", "warning", "error"):
            left_out.update(id(each) for each in ast.walk(node))
    for node in ast.walk(tree):
        said = pattern(node) if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in left_out else None
        if said and " " in said.strip() and re.search(r"[a-z]{2}", re.sub(r"%\(\w+\)s", "", said)):
            yield said.strip().removesuffix(".")
