"""Accounts: the organisations of landlords and property managers."""

from typing import Final

from peewee import SQL, BooleanField, ForeignKeyField, IntegerField, TextField

from models.database import BaseModel, Instant
from models.user import User

LANDLORD: Final = "landlord"
PROPERTY_MANAGER: Final = "property_manager"


class Account(BaseModel):
    """A landlord's or manager's organisation (SPEC 1).

    `mode` is `landlord` or `property_manager`; only a property manager's team sees Owners.
    `office_hours` is JSON, read and written by `models.office_hours`, empty without any.
    Once `closed_at` is set nobody writes there any more; who could read goes on reading.
    `next_request` is the number of the next maintenance request; `starts_conversation`,
    `tells_status`, `pros_set_status` and `first_told` are the Maintenance Settings (SPEC 5).
    """

    name = TextField()
    mode = TextField(default=LANDLORD)
    zone = TextField(default="UTC")
    office_hours = TextField(default="", constraints=[SQL("DEFAULT ''")])
    created_at = Instant()
    closed_at = Instant(null=True)
    next_request = IntegerField(default=1, constraints=[SQL("DEFAULT 1")])
    starts_conversation = BooleanField(default=True, constraints=[SQL("DEFAULT TRUE")])
    tells_status = BooleanField(default=True, constraints=[SQL("DEFAULT TRUE")])
    pros_set_status = BooleanField(default=True, constraints=[SQL("DEFAULT TRUE")])
    first_told = ForeignKeyField(User, null=True, backref="+")

    @property
    def is_closed(self) -> bool:
        """Whether its admin closed it."""
        return self.closed_at is not None
