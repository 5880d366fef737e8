"""Routes that are compiled once: an application of the tests has the same hundreds of them as the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from werkzeug.routing import Rule


@contextmanager
def routes_compiled_once() -> Iterator[None]:
    """Werkzeug writes a function a route that builds its addresses, which takes a tenth of a second an application."""
    compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_anew = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.subdomain, rule.host, tuple((rule.defaults or {}).items()), append_unknown)
        if key not in compiled:
            compiled[key] = compile_anew(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign,assignment] # for the tests
    yield
    Rule._compile_builder = compile_anew  # type: ignore[method-assign]
