"""What a test reads of the mails Hallway has put into its outbox folder."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from blueprints.dispatcher import dispatch_due


@dataclass(frozen=True)
class Read:
    """A mail: its headers, and the path its button opens."""

    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        return str(self.message.get_body((kind,)).get_content()).replace("\r\n", "\n")

    @property
    def path(self) -> str:
        return urlsplit(re.search(r"^https?://\S+$", self.text, re.MULTILINE)[0]).path


def mails(app: Flask, at: int | None = None) -> list[Read]:
    """Everything sent so far, in order, after what is due at an instant (now) has been sent."""
    dispatch_due(app, at)
    return [parsed(path.read_bytes()) for path in files(app)]


def files(app: Flask) -> list[Path]:
    return sorted((Path(app.instance_path) / "outbox").glob("*.eml"))


def parsed(content: bytes) -> Read:
    return Read(BytesParser(EmailMessage, policy=policy.default).parsebytes(content))
