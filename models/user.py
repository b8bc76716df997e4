"""Users: the people who sign in."""

from flask_login import UserMixin
from peewee import BooleanField, TextField

from models.database import BaseModel, Instant


class User(UserMixin, BaseModel):
    """A person who signs in, once for all their accounts (SPEC 1).

    `email` is stored in lower case and unique. `zone` is an IANA name. `phone` is the
    person's own; others see it only with `phone_consent`.
    """

    name = TextField()
    email = TextField(unique=True)
    password_hash = TextField()
    phone = TextField(default="")
    phone_consent = BooleanField(default=False)
    zone = TextField(default="UTC")
    created_at = Instant()

    class Meta:
        table_name = "users"  # USER is a reserved word: PostgreSQL answers with the login role.

    @property
    def first_name(self) -> str:
        """The name up to the first space, as used in snippets and greetings."""
        return self.name.split(" ", 1)[0]
