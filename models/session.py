"""Sessions: the devices a person is signed in on."""

from peewee import BooleanField, ForeignKeyField, TextField

from models.database import BaseModel, Instant
from models.user import User


class Session(BaseModel):
    """One signed-in device. The cookie only names it; ending it is deleting the row.

    `token_hash` is the SHA-256 (hex) of the secret in the cookie. `device` is what the
    browser calls itself. `keep` was ticked at sign-in: it lives longer unused.
    """

    token_hash = TextField(unique=True)
    user = ForeignKeyField(User, backref="sessions")
    device = TextField(default="")
    keep = BooleanField(default=False)
    created_at = Instant()
    last_used_at = Instant()
