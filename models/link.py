"""Links that are mailed to somebody: used once, valid for a while, void when replaced."""

import json
import secrets
from typing import Any, Final

from peewee import BooleanField, Expression, ForeignKeyField, TextField

from models import clock
from models.connection import Connection
from models.database import BaseModel, Instant
from models.errors import Conflict, Missing
from models.user import User

SIGN_IN: Final = "sign_in"
SIGN_UP: Final = "sign_up"
RESET: Final = "reset"
INVITATION: Final = "invitation"

LIFE: Final = {
    SIGN_IN: 15 * clock.MINUTE,
    RESET: 60 * clock.MINUTE,
    SIGN_UP: clock.DAY,
    INVITATION: 7 * clock.DAY,
}
"""How long a link of each kind opens something (SPEC 1)."""

OPEN: Final = "open"
USED: Final = "used"
VOID: Final = "void"
EXPIRED: Final = "expired"


class Closed(Conflict):
    """A link that opens nothing any more; `why` is USED, VOID or EXPIRED."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This link is {why}.")
        self.why = why


class Link(BaseModel):
    """A single-use link (SPEC 1, "Invitations", "Sign-in").

    The address holds the row's id and `nonce` under the server's signature, so the table
    alone opens nothing. `email` is where it was sent; `mailed` is false for a link copied by
    hand, which proves no address. `details` is JSON: what the purpose needs to remember.
    `sent_by` is the member of the team who invited.
    """

    kind = TextField()
    nonce = TextField()
    email = TextField()
    mailed = BooleanField(default=True)
    user = ForeignKeyField(User, null=True)
    connection = ForeignKeyField(Connection, null=True, backref="links")
    sent_by = ForeignKeyField(User, null=True)
    details = TextField(default="{}")
    created_at = Instant()
    expires_at = Instant()
    used_at = Instant(null=True)
    voided_at = Instant(null=True)

    refused = False
    """Whether the mail server refused it for good, where a query asked for that."""

    class Meta:
        indexes = ((("email", "kind"), False),)

    @property
    def remembered(self) -> dict[str, Any]:
        """The details as a dictionary."""
        remembered: dict[str, Any] = json.loads(self.details)
        return remembered

    def state(self, at: int | None = None) -> str:
        """OPEN, or why it opens nothing: USED, VOID or EXPIRED."""
        if self.used_at is not None:
            return USED
        if self.voided_at is not None:
            return VOID
        return OPEN if self.expires_at > (clock.now() if at is None else at) else EXPIRED


def make(kind: str, email: str, at: int, details: dict[str, Any] | None = None, **of: Any) -> Link:
    """Store a link, inside a transaction of the caller.

    :param email: where it is sent.
    :param details: what its purpose must remember; JSON.
    :param of: further columns: user, connection, sent_by, mailed.
    """
    link = unsaved(kind, email, at, details, **of)
    link.save(force_insert=True)
    return link


def unsaved(
    kind: str, email: str, at: int, details: dict[str, Any] | None = None, **of: Any
) -> Link:
    """A link as `make` stores it, to be stored together with others."""
    return Link(
        kind=kind,
        nonce=secrets.token_urlsafe(16),
        email=email,
        details=json.dumps(details or {}),
        created_at=at,
        expires_at=at + LIFE[kind],
        **of,
    )


def find(link_id: int, nonce: str) -> Link:
    """The link of an address, in whatever state.

    :raises Missing: when there is none with both.
    """
    link = Link.get_or_none((Link.id == link_id) & (Link.nonce == nonce))
    if link is None:
        raise Missing
    return link


def refuse_closed(link: Link, at: int | None = None) -> None:
    """Raise Closed when `link`, as it was read, opens nothing."""
    state = link.state(at)
    if state != OPEN:
        raise Closed(state)


def claim(link: Link, at: int) -> None:
    """Use `link` up, inside a transaction of the caller: exactly one of many callers can.

    :raises Closed: when it is used, void or expired.
    """
    claimed = Link.update(used_at=at).where((Link.id == link.id) & still_open(at)).execute()
    if not claimed:
        why = Link.get_by_id(link.id).state(at)
        raise Closed(why if why != OPEN else USED)


def void(which: Expression, at: int) -> int:
    """Close every open link that fits `which`, inside a transaction; how many there were."""
    return Link.update(voided_at=at).where(which & still_open(at)).execute()


def still_open(at: int) -> Expression:
    """The condition under which a link opens something."""
    return Link.used_at.is_null() & Link.voided_at.is_null() & (Link.expires_at > at)
