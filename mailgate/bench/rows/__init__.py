"""One file a row: what is measured, what bounds it, and the proof that the work was really done."""

from collections.abc import Callable

from mailgate.bench.figures import Plan, Row
from mailgate.bench.rows import accept, answers, end_to_end, figures, idle, page, read, ruled, send, streams, tick
from mailgate.bench.site import Site

ROWS: dict[str, Callable[[Plan, Site], Row]] = {
    "accept": accept.measure,
    "read": read.measure,
    "end-to-end": end_to_end.measure,
    "send": send.measure,
    "answers": answers.plain,
    "signed": answers.signed,
    "page": page.measure,
    "figures": figures.measure,
    "streams": streams.measure,
    "rules": ruled.measure,
    "tick": tick.measure,
    "idle": idle.measure,
}
