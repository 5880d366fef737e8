"""Mails that hypothesis builds out of what mails are made of, sound and broken."""

from hypothesis import strategies as st

_NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Return-Path",
        "X-Loop",
    ]
)
_WORDS = st.sampled_from(
    [
        "a@b.example",
        "Ann <a@b.example>",
        "=?utf-8?q?=E4?=",
        "=?x?b?!?=",
        "text/html; charset=x",
        'multipart/mixed; boundary="b"',
        "multipart/alternative; boundary=b",
        "message/rfc822",
        "base64",
        "quoted-printable",
        "attachment; filename*0*=utf-8''%41",
        "<x@y>",
        "Mon, 5 Jan 2026 09:30:00 +0100",
        "(",
        '"',
        "\t",
        "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
    ]
)
_LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "--b",
            "--b--",
            "",
            "> quoted",
            "On Mon, 5 Jan 2026 at 9:30 Ann <a@b.example> wrote:",
            "-- ",
            "From: Ann",
            "Sent: 9:30",
            "To: Bob",
            "Content-Type: text/html",
            "<blockquote>",
            "begin 644 a",
            "end",
            "Best regards,",
        ]
    ),
)
_SIMPLE = st.builds(
    lambda headers, lines: ("".join(f"{n}: {v}\n" for n, v in headers) + "\n" + "\n".join(lines)).encode(
        "utf-8", "replace"
    ),
    st.lists(st.tuples(_NAMES, st.one_of(_WORDS, st.text(max_size=60))), max_size=8),
    st.lists(_LINES, max_size=30),
)
_TYPES = st.sampled_from(
    ["text/plain", "text/html", "text/plain; charset=utf-16", "text/html; charset=big5", "message/rfc822", "image/png",
     "text/calendar", "application/ms-tnef", "message/delivery-status", "application/pkcs7-mime",
     "application/octet-stream; name*0*=utf-8''%e4; name*1=b", "text/plain; format=flowed; delsp=yes"]
)  # fmt: skip
_ENCODINGS = st.sampled_from(["7bit", "base64", "quoted-printable", "x-uuencode", "binary", "8bit", "nonsense"])


def _part(kind: str, encoding: str, lines: list[str]) -> str:
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n" + "\n".join(lines)


def _joined(kind: str, boundary: str, parts: list[str], *, ends: bool) -> str:
    body = "".join(f"\n--{boundary}\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n{body}\n' + (f"--{boundary}--\n" if ends else "")


_PARTS = st.recursive(
    st.builds(_part, _TYPES, _ENCODINGS, st.lists(_LINES, max_size=6)),
    lambda inner: st.builds(
        _joined,
        st.sampled_from(["mixed", "alternative", "related", "report", "signed", "digest"]),
        st.sampled_from(["b", "b b", "b1", "=_b"]),
        st.lists(inner, max_size=4),
        ends=st.booleans(),
    ),
    max_leaves=8,
)
_TREES = st.builds(
    lambda headers, tree: ("".join(f"{n}: {v}\n" for n, v in headers) + tree).encode("utf-8", "replace"),
    st.lists(st.tuples(_NAMES, st.one_of(_WORDS, st.text(max_size=60))), max_size=6),
    _PARTS,
)
_CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), max_size=4)


def _broken(raw: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, instead in cuts:
        at = int(place * len(raw))
        raw = raw[:at] + instead + raw[at + length :]
    return raw


MAILS = st.one_of(_SIMPLE, _TREES, st.builds(_broken, st.one_of(_SIMPLE, _TREES), _CUTS))
