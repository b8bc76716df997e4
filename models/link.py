"""Links that are mailed to somebody: used once, valid for a while, void when replaced."""

from typing import Final

from peewee import BooleanField, ForeignKeyField, TextField

from models.connection import Connection
from models.database import BaseModel, Instant
from models.user import User

SIGN_IN: Final = "sign_in"
SIGN_UP: Final = "sign_up"
RESET: Final = "reset"
INVITATION: Final = "invitation"


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

    class Meta:
        indexes = ((("email", "kind"), False),)
