"""A command that uses a data folder until its stdin ends; the tests start it, talk to it and kill it.

Standard library and `mailgate.embedded` only, so that an account which cannot read the virtual environment can run it.
"""

import dataclasses
import json
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

from mailgate.embedded import Servers, running
from mailgate.errors import MailgateError


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    secret = {
        name: SimpleNamespace(get_secret_value=lambda url=url: url) for name, url in json.loads(sys.argv[2]).items()
    }
    names = ("database_url", "database_owner_url", "redis_url", "secret_key")
    settings = SimpleNamespace(data=Path(sys.argv[1]), **{name: secret.get(name) for name in names})
    try:
        with running(settings, durable=sys.argv[3:] == ["durable"]) as servers:  # type: ignore[arg-type] # stands in for Settings, which needs pydantic
            urls = {
                field.name: getattr(servers, field.name)
                for field in dataclasses.fields(Servers)
                if field.repr or field.compare
            }
            say(**urls)
            for _line in sys.stdin:
                say(healed=servers.ensure())
    except MailgateError as error:
        say(error=str(error), kind=type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
