"""Letters that admins wrote: made in a process of their own, which can neither hang, grow, nor hold a letter up."""

import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from mailgate.compose import write
from mailgate.compose.sandbox import BrokenLetter, Sandbox, check, sandbox
from mailgate.mail import Task, Wording

Make = Callable[..., Task]
OWN = Wording(
    "Your number is {{ number }}",
    "{{ greeting }}\n\n**Got it**, {{ number | lower }} & more.\n\nLook: {{ status_url }}",
)
ENDLESS = "{% for a in mailbox %}" * 9 + "{% endfor %}" * 9
DOUBLING = "{% set a = mailbox %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}"


def test_an_own_version_is_written_with_the_shared_blocks_around_it(task: Make) -> None:
    blocks = {"greeting": "Ahoy from {{ desk }}!", "footer": "Nordlicht GmbH\nHafenstr. 12"}
    draft = write(task(letter="received", own=OWN, own_blocks=blocks))
    assert draft.trouble is None
    assert draft.subject == "[#TKT-2026-000123] Your number is TKT-2026-000123"
    assert draft.text.startswith("Ahoy from Nordlicht Support!\n\nGot it, tkt-2026-000123 & more.\n\nLook: https://")
    assert draft.text.endswith("\n-- \nNordlicht GmbH\nHafenstr. 12\n")
    assert "<strong>Got it</strong>, tkt-2026-000123 &amp; more." in draft.html
    assert ">Look</a>" in draft.html
    assert 'class="button"' in draft.html
    assert draft.html.index("Ahoy") < draft.html.index("Got it") < draft.html.index("Hafenstr. 12")


def test_an_own_block_stands_in_the_letters_that_ship(task: Make) -> None:
    draft = write(task(letter="received", language="de", own_blocks={"signature": "Ihr Team von {{ desk }}"}))
    assert draft.trouble is None
    assert "\nIhr Team von Nordlicht Support\n" in draft.text
    assert "Ihr Team von Nordlicht Support</p>" in draft.html
    assert "Guten Tag," in draft.text


def test_an_own_page_is_cleaned_and_its_text_is_kept_beside_it(task: Make) -> None:
    page = '<h1 onclick="x()">{{ number }}</h1><script>x()</script><img src="https://evil.example/x.png"><p>Hi</p>'
    draft = write(task(letter="received", own=replace(OWN, html=page)))
    assert draft.trouble is None
    assert "<h1>TKT-2026-000123</h1>" in draft.html
    assert not any(word in draft.html for word in ("<script", "onclick", ' src="'))
    assert "Got it" in draft.text


def test_values_are_words_in_own_versions_too(task: Make) -> None:
    evil = "{{ 7 * 7 }}<script>alert(1)</script> **not bold**\n\nClick: https://evil.example"
    draft = write(
        task(own=Wording("x", "{{ body }}\n\n{{ agent }}"), body=evil, variables={**task().variables, "agent": evil})
    )
    assert draft.trouble is None
    assert evil in draft.text
    assert not any(word in draft.html for word in ("<script", "49", "<strong>", 'button-cell"'))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ numbr }}", "'numbr' is undefined"),
        ("{{ number.__class__ }}", "plain words"),
        ("{% if %}", "Expected an expression"),
        (ENDLESS, "longer than 2 seconds"),
        (DOUBLING, "memory"),
        ("x" * 1_100_000, "larger than 1 MB"),
    ],
)
def test_a_broken_version_gives_way_to_what_ships_and_says_why(task: Make, source: str, why: str) -> None:
    begun = monotonic()
    draft = write(task(letter="received", own=Wording("x", source)))
    assert monotonic() - begun < 20, "it was ended, not waited for"
    assert draft.trouble is not None
    assert why in draft.trouble
    assert "Thank you for writing to us." in draft.text
    assert write(task(letter="received", own=OWN)).trouble is None, "and the next letter is made as if nothing was"


def test_the_process_is_kept_between_letters_and_ends_with_its_owner() -> None:
    made = Sandbox()
    request: dict[str, Any] = {"variables": {}, "blocks": {}, "letter": None}
    made.ask(request)
    process = made._process
    assert process is not None
    made.ask(request)
    assert made._process is process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert made.ask(request)["blocks"] == {}
    second = made._process
    assert second is not None
    assert second is not process
    assert second.stdin is not None
    second.stdin.close()
    assert second.wait(20) == 0, "nobody is left to ask it"
    made.close()


def test_what_is_wrong_is_named_with_its_line_and_the_nearest_known_name() -> None:
    found = check(
        {"subject": "{{ numbr }}", "text": "Hello\n\n{{ ticket.number }}\n{{ xyzzy }}"}, ["number", "status_url"]
    )
    assert [(each.field, each.line, each.nearest) for each in found] == [
        ("subject", 1, "number"),
        ("text", 3, None),
        ("text", 4, None),
    ]
    assert found[0].sentence == 'Line 1: there is no variable "numbr". Did you mean "number"?'
    assert "parts of a variable" in found[1].words
    assert check({"text": "{% if number %}{{ number | upper }}{% endif %}"}, ["number"]) == []
    assert "cannot be read" in check({"text": "a\n{{ number"}, ["number"])[0].words
    assert "no filter" in check({"text": "{{ number | wordwrap }}"}, ["number"])[0].words
    assert "too long" in check({"text": "x" * 70_000}, [])[0].words


def test_a_broken_letter_is_told_apart_from_a_broken_sandbox() -> None:
    with pytest.raises(BrokenLetter):
        sandbox().ask({"variables": {}, "blocks": {"footer": "{{ no }}"}, "letter": None})


def test_a_signature_keeps_its_lines_in_an_own_version(task: Make) -> None:
    """Its page is made of the text, where the signature stands between other words of a line."""
    signed = {**task().variables, "agent_signature": "Mia <Keller>\nSupport\n+49 30 123", "desk_signature": "Nordlicht"}
    own = Wording("", "{{ body }}\n\n--\n{{ agent_signature }}\n{{ desk_signature }}, {{ number }}")
    draft = write(task(own=own, variables=signed))
    assert draft.trouble is None
    assert "Mia &lt;Keller&gt;<br>\nSupport<br>\n+49 30 123<br>\nNordlicht, TKT" in re.sub(
        "<span[^>]*>", "", draft.html
    )
    assert "Mia <Keller>\nSupport\n+49 30 123\nNordlicht, TKT" in draft.text
