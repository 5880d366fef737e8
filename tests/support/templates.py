"""Templates compiled once a test process: with an application each, compiling took most of a test of pages."""

from __future__ import annotations

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from web.templating import Speaking


class Compiled(BytecodeCache):
    """What Jinja compiled, by template, source and language."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[str, str, str]:
    assert isinstance(bucket.environment, Speaking)
    return bucket.key, bucket.checksum, bucket.environment.language


COMPILED = Compiled()
