"""Start here: `mailgate …` and `python -m mailgate …`."""

import sys


def main() -> None:
    """Run one command; what goes wrong on purpose is one clear line and an exit code."""
    from mailgate.cli import commands
    from mailgate.cli.outcome import told

    sys.exit(told(commands))


if __name__ == "__main__":
    main()
