"""A small `mailgate up` for the tests: roles from the command line, embedded servers if a data folder is named."""

import contextlib
import json
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

from mailgate import log
from mailgate.embedded import running
from mailgate.supervise import Role, exit_on_signals, supervise


def main() -> int:
    plan = json.loads(sys.argv[1])
    log.start("up", plan.get("form", "text"))
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it (nohup), and we inherit that
    exit_on_signals()
    with contextlib.ExitStack() as stack:
        heal, environment = (lambda: False), {"TOLD": "by the supervisor"}
        if "data" in plan:
            names = dict.fromkeys(("database_url", "database_owner_url", "redis_url", "secret_key"))
            settings = SimpleNamespace(data=Path(plan["data"]), **names)
            servers = stack.enter_context(running(settings, durable=False))  # type: ignore[arg-type] # plays Settings
            heal, environment = servers.ensure, {"DATABASE": servers.database_url}
        return supervise(
            [
                Role(name, (sys.executable, "-c", program), Path(plan.get("wanted", {}).get(name, "/")).exists)
                for name, program in plan["roles"].items()
            ],
            environment,
            ready_when=[Path(name).exists for name in plan.get("ready_when", [])],
            on_ready=lambda: print("ready", flush=True),
            heal=heal,
            form=plan.get("form", "text"),
        )


if __name__ == "__main__":
    sys.exit(main())
