"""Maintenance requests, as far as threads stand on them."""

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from models.account import Account
from models.database import BaseModel, Instant
from models.property import Property, Unit
from models.user import User


class MaintenanceRequest(BaseModel):
    """Something to repair in a property; its thread is found by `Thread.request`.

    `property` is required because it decides who of the team sees it (MODEL 3).
    """

    account = ForeignKeyField(Account, backref="requests", index=False)
    number = IntegerField()
    property = ForeignKeyField(Property, backref="requests")
    unit = ForeignKeyField(Unit, null=True)
    creator = ForeignKeyField(User, index=False)
    title = TextField()
    status = TextField(default="new")
    archived = BooleanField(default=False)
    client_id = TextField()
    created_at = Instant()

    class Meta:
        indexes = (
            (("account", "number"), True),
            (("creator", "client_id"), True),
            (("account", "status", "id"), False),
        )
