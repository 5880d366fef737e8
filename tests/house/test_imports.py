"""Each process loads what its role needs, and nothing else."""

import subprocess
import sys

import pytest

ROLES = {
    "mailgate.cli": {"sqlalchemy", "rq", "mailparser", "flask", "pydantic", "mailgate.settings"},
    "mailgate.cli.receiving": {"sqlalchemy", "mailparser", "flask", "lxml", "jinja2", "rq.worker", "mailgate.parse"},
    "mailgate.receive.smtp": {
        "sqlalchemy",
        "mailparser",
        "flask",
        "lxml",
        "jinja2",
        "nh3",
        "mailgate.parse",
        "mailgate.trust",
        "mailgate.compose",
    },
    "mailgate.receive.imap.post": {"mailparser", "flask", "lxml", "jinja2", "nh3", "aiosmtpd", "mailgate.parse"},
    "mailgate.cli.ticking": {"sqlalchemy", "mailparser", "flask", "lxml", "jinja2", "aiosmtpd", "mailgate.parse"},
    "mailgate.steps.ticking": {"sqlalchemy", "mailparser", "flask", "lxml", "jinja2", "aiosmtpd", "mailgate.parse"},
    "mailgate.jobs": {"flask", "aiosmtpd", "lxml", "obstore", "dkim", "spf", "dns", "publicsuffixlist"},
    "web.app": {"mailparser", "aiosmtpd", "mailgate.parse", "mailgate.trust", "mailgate.jobs", "lxml"},
}


@pytest.mark.parametrize("module", ROLES)
def test_a_role_does_not_load_what_it_does_not_need(module: str) -> None:
    script = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )
    assert module in loaded
    assert loaded & ROLES[module] == set()
