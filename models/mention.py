"""Mentions as they are stored: a token in the text, and a row for everybody mentioned.

The token names a person by id, so that a mention survives a rename; its control characters are
refused in whatever people type, so that nobody can forge one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from peewee import CompositeKey, ForeignKeyField

from models.database import BaseModel
from models.message import Message
from models.thread import Thread
from models.user import User

EVERYONE: Final = 0
"""Stands for a user's id: everybody in the conversation."""

_TOKEN = re.compile("\x02([0-9]{1,19})\x03")
_NOBODY: Final = "somebody"


class Mention(BaseModel):
    """A message mentions a person, who could see it when it was written (MODEL 2)."""

    user = ForeignKeyField(User, backref="mentions", index=False)
    thread = ForeignKeyField(Thread, index=False)
    message = ForeignKeyField(Message, backref="mentions")

    class Meta:
        primary_key = CompositeKey("user", "thread", "message")


@dataclass(frozen=True)
class Marked:
    """Whom `text[start:end]` mentions: the id of a user, or EVERYONE."""

    user_id: int
    start: int
    end: int


def token(user: int) -> str:
    """What stands in a stored text in place of "@Name"."""
    return f"\x02{user}\x03"


def mentioned_in(body: str) -> list[int]:
    """The ids in the tokens of a stored text, in their order."""
    return [int(number) for number in _TOKEN.findall(body)] if "\x02" in body else []


def in_words(body: str, names: Mapping[int, str]) -> tuple[str, tuple[Marked, ...]]:
    """A stored text as it is read: "@Name" in place of each token, and where these stand.

    :param names: what everybody in it is called now, by id.
    """
    if "\x02" not in body:
        return body, ()
    text, marked, end = "", [], 0
    for found in _TOKEN.finditer(body):
        text += body[end : found.start()]
        user, start, end = int(found[1]), len(text), found.end()
        text += f"@{'everyone' if user == EVERYONE else names.get(user, _NOBODY)}"
        marked.append(Marked(user, start, len(text)))
    return text + body[end:], tuple(marked)


def names_in(bodies: list[str]) -> dict[int, str]:
    """What everybody mentioned in these stored texts is called now; a query if there are any."""
    ids = {user for body in bodies for user in mentioned_in(body)} - {EVERYONE}
    if not ids:
        return {}
    return dict(User.select(User.id, User.name).where(User.id.in_(list(ids))).tuples())
