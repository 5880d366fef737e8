"""What processes do that live for weeks: the garbage collector leaves what they loaded alone, and looks seldom."""

from __future__ import annotations

import gc


def settle() -> None:
    """Called once all is loaded. What is loaded stays; mails and pages make many small things that die young.

    Without it, one page in some hundred waits for a look at half a million things of which none can go.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
