"""Accounts: the organisations of landlords and property managers."""

from typing import Final

from peewee import TextField

from models.database import BaseModel, Instant

LANDLORD: Final = "landlord"
PROPERTY_MANAGER: Final = "property_manager"


class Account(BaseModel):
    """A landlord's or manager's organisation (SPEC 1).

    `mode` is `landlord` or `property_manager`; only a property manager's team sees Owners.
    Once `closed_at` is set nobody writes there any more; who could read goes on reading.
    """

    name = TextField()
    mode = TextField(default=LANDLORD)
    zone = TextField(default="UTC")
    created_at = Instant()
    closed_at = Instant(null=True)

    @property
    def is_closed(self) -> bool:
        """Whether its admin closed it."""
        return self.closed_at is not None
