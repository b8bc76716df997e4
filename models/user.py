"""Users: the people who sign in."""

import re
from typing import Any, Final

from flask_login import UserMixin
from peewee import SQL, BooleanField, TextField

from models import names
from models.database import BaseModel, Instant

INCOMPLETE_ADDRESS: Final = "That address looks incomplete. Try name@example.com."
LONGEST_ADDRESS: Final = 254
LONGEST_NAME: Final = 120

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class User(UserMixin, BaseModel):
    """A person who signs in, once for all their accounts (SPEC 1).

    `email` is stored in lower case and unique. `zone` is an IANA name. `phone` is the
    person's own; others see it only with `phone_consent`. `photo` is the version of their
    photo, empty without one, the keys name its content: see `models.photos`. `preferences` is
    JSON, read and written by `models.preferences`.
    """

    name = TextField()
    email = TextField(unique=True)
    password_hash = TextField()
    phone = TextField(default="")
    phone_consent = BooleanField(default=False)
    photo = TextField(default="", constraints=[SQL("DEFAULT ''")])
    photo_key = TextField(null=True, unique=True)
    small_photo_key = TextField(null=True, unique=True)
    zone = TextField(default="UTC")
    preferences = TextField(default="{}")
    created_at = Instant()

    # How this person is signed in on this device: the session row, and the secret that names it.
    session: Any = None
    session_token = ""

    # A person is who they are by their row. Flask-Login would compare what `get_id` gives: the
    # device, and nobody's device is everybody's.
    __eq__ = BaseModel.__eq__
    __ne__ = BaseModel.__ne__
    __hash__ = BaseModel.__hash__

    class Meta:
        table_name = "users"  # USER is a reserved word: PostgreSQL answers with the login role.

    @property
    def first_name(self) -> str:
        """What they are called in running text."""
        return names.first(self.name)

    @property
    def portrait(self) -> str:
        """What names their photo in its address, as "7/0f3a…"; empty without one."""
        return f"{self.id}/{self.photo}" if self.photo else ""

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, never the person's id."""
        return self.session_token


def address(value: str) -> str:
    """An e-mail address as stored: without space around it, in lower case.

    :raises ValueError: with a sentence for the person, when no mail could reach it.
    """
    text = value.strip().lower()
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        raise ValueError(INCOMPLETE_ADDRESS)
    return text


def by_address(email: str) -> User | None:
    """The person whose address this is, in any case of letters; None when there is none."""
    return User.get_or_none(User.email == email.strip().lower())
