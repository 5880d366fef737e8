"""Attack 6: each bomb is refused or read in less than 5 seconds and 512 MB."""

import subprocess
import sys
import time

import pytest

from mailgate.errors import Refused
from mailgate.parse import read
from tests.parse.bombs import BOMBS, digest, messages, nested

SECONDS = 5
MEGABYTES = 512


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_read_in_time(name: str) -> None:
    start = time.process_time()
    try:
        letter = read(BOMBS[name])
    except Refused:
        pass
    else:
        assert not [defect for defect in letter.defects if defect.startswith("could not be parsed")]
    assert time.process_time() - start < SECONDS


def test_all_bombs_together_stay_in_memory() -> None:
    program = (
        "from mailgate.errors import Refused\n"
        "from mailgate.parse import read\n"
        "from tests.parse.bombs import BOMBS\n"
        "for raw in BOMBS.values():\n"
        "    try:\n        read(raw)\n"
        "    except Refused:\n        pass\n"
        "import resource, sys\n"
        # Of Linux's two figures, getrusage's goes back to whoever started this program.
        "peak = next((line for line in open('/proc/self/status') if line.startswith('VmHWM:')), None)"
        " if sys.platform == 'linux' else None\n"
        "print(peak.split()[1] if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=200)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < MEGABYTES * 1_000_000


@pytest.mark.parametrize(
    ("bomb", "word"),
    [
        (nested(1_000), "deep"),
        (messages(1_000), "deep"),
        (digest(5_000), "parts"),
        (b"To: " + b"a@example.org, " * 5_000 + b"\n\nx", "addresses"),
        (b"X-A: " + b"a" * 200_000 + b"\n\nx", "header"),
        (b"From: a@b\nContent-Type: text/plain" + b"; a=b" * 15_000 + b"\n\nx", "Content-Type"),
    ],
)
def test_what_is_refused_says_why(bomb: bytes, word: str) -> None:
    with pytest.raises(Refused, match=word):
        read(bomb)


@pytest.mark.parametrize("raw", [nested(40), digest(900), messages(20)])
def test_a_large_but_honest_mail_is_read(raw: bytes) -> None:
    assert read(raw).subject == "s"
