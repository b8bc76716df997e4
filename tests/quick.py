"""What does not matter to the tests and would take most of their time."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from models import passwords

ROOM = 4 << 30
"""Bytes that all tests together may write, with room to spare."""

THOROUGHLY = passwords.METHOD
QUICKLY = "scrypt:256:8:1"


def prepare() -> None:
    """Called before anything is tested: see below."""
    if folder := memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
    Flask.jinja_options = {"bytecode_cache": Compiled()}
    Flask.url_rule_class = KnownRule
    # test_passwords.py alone asks for what is hard to guess.
    passwords.METHOD = QUICKLY


def memory() -> Path | None:
    """A folder in memory, where there is one with room.

    Nothing outlives the tests, so nothing needs to wait for the disk.
    """
    folder = Path("/dev/shm")
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM:
        return None
    return folder


class Compiled(BytecodeCache):
    """Templates, compiled once in this process: nearly each test has an application of its own."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


class KnownRule(Rule):
    """An address whose function that builds it is compiled once in this process."""

    kept: dict[tuple[str, bool], Callable[..., Any]] = {}  # noqa: RUF012  shared by intent

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        key = f"{self._trace}{self.defaults}", append_unknown
        if key not in self.kept:
            self.kept[key] = super()._compile_builder(append_unknown)
        return self.kept[key]
