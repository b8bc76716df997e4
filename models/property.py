"""Places: properties, their units, and who lives in them from when to when."""

from typing import Any

from peewee import SQL, Expression, ForeignKeyField, TextField, fn

from models.account import Account
from models.clock import FOREVER
from models.connection import Connection
from models.database import BaseModel, Instant


class Property(BaseModel):
    """A building of an account; `zone` is the IANA zone in which its tenancies end."""

    account = ForeignKeyField(Account, backref="properties")
    name = TextField()
    address = TextField(default="")
    zone = TextField()


class Unit(BaseModel):
    """A home within a property; its name is unique there."""

    property = ForeignKeyField(Property, backref="units", index=False)
    name = TextField()

    class Meta:
        indexes = ((("property", "name"), True),)


class Tenancy(BaseModel):
    """A tenant connection in a unit from an instant to an instant, FOREVER without end.

    `property` repeats the unit's, which never changes, so that a list of properties is
    checked without another join (MODEL 2). Several may overlap (SPEC 1).
    """

    connection = ForeignKeyField(Connection, backref="tenancies", index=False)
    unit = ForeignKeyField(Unit, backref="tenancies")
    property = ForeignKeyField(Property, backref="tenancies")
    starts_at = Instant(index=True)
    ends_at = Instant(default=FOREVER, index=True)

    class Meta:
        indexes = ((("connection", "starts_at"), False),)


def is_current(tenancy: Any, at: int) -> Expression:
    """Whether somebody lives there at the instant `at` (ms); of Tenancy or an alias of it."""
    return (tenancy.starts_at <= at) & (tenancy.ends_at > at)


def is_home(tenancy: Any, at: int) -> Expression:
    """Whether a tenant counts for a tenancy: any current one, else the latest (SPEC 1)."""
    other = Tenancy.alias("tx")
    better = other.select(SQL("1")).where(
        (other.connection == tenancy.connection)
        & (other.id != tenancy.id)
        & (is_current(other, at) | (other.starts_at > tenancy.starts_at))
    )
    return is_current(tenancy, at) | ~fn.EXISTS(better)


class OwnerProperty(BaseModel):
    """An owner connection owns this property."""

    connection = ForeignKeyField(Connection, backref="owned", index=False)
    property = ForeignKeyField(Property, backref="owners")

    class Meta:
        indexes = ((("connection", "property"), True),)


class StaffProperty(BaseModel):
    """A sub-admin without `all_properties` works for this property."""

    connection = ForeignKeyField(Connection, backref="worked_for", index=False)
    property = ForeignKeyField(Property, backref="staff")

    class Meta:
        indexes = ((("connection", "property"), True),)
