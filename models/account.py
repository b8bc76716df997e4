"""Accounts: the organisations of landlords and property managers."""

from typing import Final

from peewee import TextField

from models.database import BaseModel, Instant, Seq

LANDLORD: Final = "landlord"
PROPERTY_MANAGER: Final = "property_manager"


class Account(BaseModel):
    """A landlord's or manager's organisation (SPEC 1).

    `mode` is `landlord` or `property_manager`; `mode_version` is the counter at its last
    change, so that clients of the team catch up with what the mode shows or hides.
    """

    name = TextField()
    mode = TextField(default=LANDLORD)
    mode_version = Seq(default=0)
    zone = TextField(default="UTC")
    created_at = Instant()
