"""Become `mailgate imap` as soon as there is a mailbox to fetch. Until then it is a small process that waits.

`mailgate up` runs this; it reads the one variable that `up` has set itself, because the settings weigh more than it.
"""

from __future__ import annotations

import os
import sys

from mailgate.store.bare_imap import wait_for_account


def main() -> None:
    wait_for_account(os.environ["MAILGATE_DATABASE_URL"])  # noqa: TID251 - see above
    command = [sys.executable, "-P", "-m", "mailgate", "imap", *sys.argv[1:]]
    os.execv(sys.executable, command)  # noqa: S606 - ourselves


if __name__ == "__main__":
    main()
