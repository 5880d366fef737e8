"""Templates that mean harm: ways out of a sandbox, and ways to eat a machine."""
# ruff: noqa: E501 - a corpus reads best in rows

from collections.abc import Iterator

# Each is an expression; V is a variable the letter has.
_WAYS_OUT = (
    "V.__class__", "V['__class__']", "V|attr('__class__')", "V.__class__.__mro__", "''.__class__.__base__.__subclasses__()",
    "V.__init__.__globals__", "V.format.__func__", "'{0.__class__}'.format(V)", "'{0.__class__.__mro__}'.format_map(V)",
    "('%s' % V).__class__", "V.join", "V.encode('utf-8').__class__", "V|map(attribute='__class__')|list",
    "[V]|map('attr','__class__')|first", "(V,)|sort(attribute='__class__')", "[V]|groupby('__class__')",
    "[V]|sum(attribute='__class__')", "[V]|selectattr('__class__')|list", "V|format(V)", "V|string|attr('__doc__')",
    "self.__init__.__globals__", "self._TemplateReference__context", "self._TemplateReference__context.environment",
    "lipsum.__globals__['os'].popen('id').read()", "cycler.__init__.__globals__.os", "joiner.__init__.__globals__",
    "namespace.__init__.__globals__", "range.__class__", "dict.__base__", "config", "request.application.__globals__",
    "get_flashed_messages.__globals__", "url_for.__globals__", "g.pop.__globals__", "context", "environment",
    "loop.__class__", "caller.__class__", "undefined.__class__", "x.__init__.__globals__.__builtins__",
    "x.__class__._fail_with_undefined_error.__globals__", "(1).__class__", "(1.0).real", "[].__class__", "{}.__class__",
    "().__class__", "true.__class__", "none.__class__", "{}.items", "{'a': V}.a", "[V][0].__class__", "V[0]", "V[-1].__class__",
    "V[::-1].__class__", "V.__getattribute__('__class__')", "V.__reduce_ex__(2)", "V.__dir__()", "V.__doc__", "V.__hash__()",
    "V.__mul__(9)", "V.translate.__self__", "V['__cl' ~ 'ass__']", "V|attr('__cl' ~ 'ass__')", "V[('__class__',)]",
    "V.__format__('>9')", "V.mro()", "V|items", "V|tojson", "V|xmlattr", "V|pprint", "V|safe", "V|e.__class__", "V is mapping",
    "V is callable", "V is filter('upper')", "V is defined", "open('/etc/passwd').read()", "__import__('os').system('id')",
    "eval('1')", "exec('1')", "globals()", "locals()", "vars()", "type(V)", "getattr(V, 'upper')", "V.upper()", "V()",
    "V.__call__", "V.isidentifier.__self__", "_", "__builtins__", "__name__", "__loader__", "__file__", "print(V)",
    "super()", "V.__eq__", "varargs", "kwargs", "resolve('os')", "blocks", "exported_vars", "V|urlize|attr('__html__')",
)  # fmt: skip
_AROUND = (
    "{{ X }}", "{{ X|upper }}", "{% if X %}yes{% endif %}", "{% set a = X %}{{ a }}", "{% for a in [X] %}{{ a }}{% endfor %}",
    "{{ V if X else V }}", "{% filter upper %}{{ X }}{% endfilter %}", "{% with a = X %}{{ a }}{% endwith %}",
)  # fmt: skip
_WHOLE = (
    "{% include '/etc/passwd' %}", "{% import 'os' as o %}{{ o }}", "{% from 'os' import system %}", "{% extends 'base/frame.html' %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", "{% call(x) V() %}{% endcall %}", "{% block b %}{{ super() }}{% endblock %}",
    "{% include V %}", "{% set ns = namespace(a=1) %}{% set ns.a = V %}", "{% do V.clear() %}", "{% debug %}", "{% trans %}x{% endtrans %}",
    "{{ '\\x00' }}", "{{ V", "{% for", "{#", "{% raw %}{{ V.__class__ }}", "{{ '' ~ self }}", "{% autoescape false %}{{ V }}{% endautoescape %}",
    "{{ [[[[V]]]] }}", "{{ {V: V} }}", "{{ V < V < V }}", "{{ V not in V }}",
)  # fmt: skip
_BOMBS = (
    "{{ 'a' * 10**9 }}", "{{ V * 999999999 }}", "{{ 9**9**9 }}", "{{ [0] * 10**9 }}", "{{ V|wordwrap(1) }}", "{{ V|center(10**9) }}",
    "{{ '%999999999d' % 1 }}", "{{ '%999999999d'|format(1) }}", "{{ '{:>999999999}'.format(1) }}", "{{ range(10**9)|list }}",
    "{{ lipsum(10**6) }}", "{{ V|replace('', V) }}", "{{ V|batch(10**9, V)|list }}", "{{ V|slice(10**9)|list }}", "{{ V|indent(10**9) }}",
    "{% for a in V %}" * 9 + "{{ a }}" + "{% endfor %}" * 9,
    "{% for a in V recursive %}{{ loop(V) }}{% endfor %}",
    "{% set a = V %}" + "{% set a = a ~ a %}" * 70 + "{{ a }}",
    "{% set a = [V] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ " + "(" * 3000 + "V" + ")" * 3000 + " }}",
    "{{ " + "not " * 20000 + "V }}",
    "{% if V %}" * 900 + "{% endif %}" * 900,
    "{{ V ~ " * 5000 + "V" + " }}" * 5000,
    "{{ " + " ~ ".join(["V"] * 9000) + " }}",
    "{{ V }}" * 9000,
    "{{ " + "|upper" * 5000 + " }}",
    "{{ V" + "|upper" * 5000 + " }}",
    "**" * 30000, "<" * 60000, "{{ '" + "\\\\" * 30000 + "' }}", "<b>" * 20000, "&" * 60000, "x: {{ V }}\n\n" * 4000,
    "{% set a = 'http://' ~ V %}" + "{% set a = a ~ a %}" * 14 + "{{ a | paragraphs }}",
)  # fmt: skip


def attacks(variable: str) -> Iterator[str]:
    """Every attack, on one variable of a letter."""
    for around in _AROUND:
        for way in _WAYS_OUT:
            yield around.replace("X", f"({way})").replace("V", variable)
    for source in (*_WHOLE, *_BOMBS):
        yield source.replace("V", variable)
