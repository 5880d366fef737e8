"""The API, asked what its own description allows and what it does not: whatever comes in, nothing fails on our side.

A few requests for each operation; `API_EXAMPLES=100` asks for more.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import Site

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))


@pytest.mark.slow
def test_nothing_that_is_asked_fails_on_our_side(site: Site, world: World) -> None:
    world.receive(mail())  # so that some of what is asked for is there
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app)
    found = list(described.get_all_operations())
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(operations) == len(found) > 50
    for operation in operations:

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {site.tokens['owner']}"})
            assert answer.status_code < 500, (case.method, case.formatted_path, answer.text)

        ask()
