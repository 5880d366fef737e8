"""Templates: written once in English, compiled once for each language, with the sentences of that language in them.

Looking up each sentence of a page while it is written took an eighth of the time of a page. So a language has an
environment of its own, in which `_('…')` and `{% trans %}` are plain words by the time a template is compiled.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from web.speech import catalogue, fall_silent, say, say_number, spoken, told

_PLAIN = ("_", "gettext")  # what marks a sentence: by hand, and by `{% trans %}`


class Speaking(Environment):
    """Templates in one language. What is a sentence only when it is shown (`_(word)`) is looked up then."""

    language = "en"

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Translated(self.language).visit(source), *args, **options)


class _Translated(NodeTransformer):
    """Puts a language's words in place of English ones."""

    def __init__(self, language: str) -> None:
        self._words = catalogue(language)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - as the visitor calls it
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name), args=[nodes.Const(value=str(text))], dyn_args=None, dyn_kwargs=None
            ) if name in _PLAIN:
                return self._said(text, node)
        return node

    def _said(self, text: str, node: nodes.Call) -> nodes.Node:
        words = self._words.get(text, text)
        here = partial(nodes.MarkSafeIfAutoescape, lineno=node.lineno, environment=node.environment)
        if not node.kwargs:
            return here(nodes.Const(words.replace("%%", "%")))
        values = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs])
        return nodes.Mod(here(nodes.Const(words)), values)


def install(app: Flask) -> None:
    """Give the templates their words: sentences, what rooms say (`told`), and the language's name (`spoken`)."""
    app.jinja_environment = Speaking
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined] # jinja2.ext.i18n
    app.jinja_env.filters["told"] = told
    app.jinja_env.globals["spoken"] = spoken
    app.teardown_request(fall_silent)
    app.extensions["templates"] = {"en": app.jinja_env}


def render(name: str, /, **values: Any) -> str:
    """A template in the language of this page, with what Flask gives to each."""
    current_app.update_template_context(values)
    return _templates(current_app, spoken()).get_template(name).render(values)


def _templates(app: Flask, language: str) -> Speaking:
    """The environment of a language, made when it is first spoken. What is set at the first one holds for all."""
    spoken_ones: dict[str, Speaking] = app.extensions["templates"]
    if language not in spoken_ones:
        made = app.jinja_env.overlay()
        assert isinstance(made, Speaking)
        made.language = language
        spoken_ones[language] = made
    return spoken_ones[language]
