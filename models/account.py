"""Accounts: the organisations of landlords and property managers."""

from typing import Final

from peewee import TextField

from models.database import BaseModel, Instant

LANDLORD: Final = "landlord"
PROPERTY_MANAGER: Final = "property_manager"


class Account(BaseModel):
    """A landlord's or manager's organisation (SPEC 1).

    `mode` is `landlord` or `property_manager`; only a property manager's team sees Owners.
    """

    name = TextField()
    mode = TextField(default=LANDLORD)
    zone = TextField(default="UTC")
    created_at = Instant()
