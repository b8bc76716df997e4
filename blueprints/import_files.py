"""Tables of contacts between their preview and their import, and the reports afterwards.

Each lies in a folder of its own beside the uploads that are coming in, for a day; then it is
cleared away as those are. Its address is a secret, and good for one person in one account.
"""

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from blueprints.files import workshops
from models.errors import Missing


@dataclass(frozen=True)
class ImportFile:
    """One table that somebody brought: `token` is its address."""

    token: str

    @classmethod
    def keep(cls, data: bytes, person: int, account: int) -> Self:
        """Keep what a person brought for an account.

        :raises OSError: when there is no room.
        """
        kept = cls(secrets.token_hex(20))
        kept._folder.mkdir(mode=0o700, parents=True)
        kept._path("table.csv").write_bytes(data)
        kept._path("owner.json").write_text(json.dumps([person, account]))
        return kept

    @classmethod
    def find(cls, token: str, person: int, account: int) -> Self:
        """The table at an address.

        :raises Missing: when it is not there any more, or theirs.
        """
        found = cls(token)
        if not re.fullmatch(r"[0-9a-f]{40}", token):
            raise Missing
        try:
            owner = json.loads(found._path("owner.json").read_text())
        except (OSError, ValueError):
            raise Missing from None
        if owner != [person, account]:
            raise Missing
        return found

    def data(self) -> bytes:
        """What was brought."""
        return self._path("table.csv").read_bytes()

    def report(self) -> dict[str, Any] | None:
        """What the import did; None while it was not imported."""
        try:
            report: dict[str, Any] = json.loads(self._path("report.json").read_text())
        except FileNotFoundError:
            return None
        return report

    def keep_report(self, report: dict[str, Any]) -> None:
        """Keep what the import did, complete or not at all."""
        aside = self._path(f"report.{secrets.token_hex(4)}")
        aside.write_text(json.dumps(report))
        aside.replace(self._path("report.json"))

    @property
    def _folder(self) -> Path:
        return workshops() / f"table-{self.token}"

    def _path(self, name: str) -> Path:
        return self._folder / name
