"""Maintenance requests: what is to repair, with whom it is shared, what became of it (SPEC 5)."""

import json
from typing import Any, Final

from peewee import SQL, BigIntegerField, BooleanField, ForeignKeyField, IntegerField, TextField

from models.account import Account
from models.connection import Connection
from models.database import OPEN, BaseModel, Instant, Seq
from models.property import Property, Unit
from models.user import User

NEW: Final = "new"
IN_PROGRESS: Final = "in_progress"
IN_REVIEW: Final = "in_review"
RESOLVED: Final = "resolved"
DEFERRED: Final = "deferred"
CANCELED: Final = "canceled"
STATUSES: Final = (NEW, IN_PROGRESS, IN_REVIEW, RESOLVED, DEFERRED, CANCELED)
CLOSED_STATUSES: Final = (RESOLVED, CANCELED)
"""Nothing is expected to happen any more."""
OPEN_STATUSES: Final = (NEW, IN_PROGRESS, IN_REVIEW, DEFERRED)

LOW: Final = "low"
NORMAL: Final = "normal"
HIGH: Final = "high"
URGENT: Final = "urgent"
PRIORITIES: Final = (LOW, NORMAL, HIGH, URGENT)

WORDS: Final = {
    NEW: "New",
    IN_PROGRESS: "In progress",
    IN_REVIEW: "In review",
    RESOLVED: "Resolved",
    DEFERRED: "Deferred",
    CANCELED: "Canceled",
    LOW: "Low",
    NORMAL: "Normal",
    HIGH: "High",
    URGENT: "Urgent",
}
"""Statuses and priorities as people read them."""

CATEGORIES: Final = (
    "plumbing",
    "heating",
    "electrical",
    "appliance",
    "locks",
    "pests",
    "decorating",
    "other",
)

PROPOSED: Final = "proposed"
ACCEPTED: Final = "accepted"
CALLED_OFF: Final = "called_off"
REPLACED: Final = "replaced"
"""What became of a visit; one that is replaced was followed by another proposal."""


class MaintenanceRequest(BaseModel):
    """Something to repair in a property; its thread is found by `Thread.request`.

    `property` is required because it decides who of the team sees it (MODEL 3); without a `unit`
    it is about what all share. `side` is the one it was written from. `windows` is JSON: up to
    three times that suit the tenant, each `[from, to]` in milliseconds since 1970 UTC. `version`
    is the counter at its last change, `changed_at` the instant of it. `request_hash` is the
    SHA-256 of what was sent, to tell a repeat from another request.
    """

    account = ForeignKeyField(Account, backref="requests", index=False)
    number = IntegerField()
    property = ForeignKeyField(Property, backref="requests")
    unit = ForeignKeyField(Unit, null=True)
    creator = ForeignKeyField(User, index=False)
    title = TextField()
    status = TextField(default=NEW)
    archived = BooleanField(default=False)
    client_id = TextField()
    created_at = Instant()
    # With their defaults, so that a table others refer to need not be made anew.
    side = IntegerField(default=1, constraints=[SQL("DEFAULT 1")])
    description = TextField(default="", constraints=[SQL("DEFAULT ''")])
    category = TextField(default="other", constraints=[SQL("DEFAULT 'other'")])
    priority = TextField(default=NORMAL, constraints=[SQL("DEFAULT 'normal'")])
    windows = TextField(default="[]", constraints=[SQL("DEFAULT '[]'")])
    may_enter = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    access_notes = TextField(default="", constraints=[SQL("DEFAULT ''")])
    pets = TextField(default="", constraints=[SQL("DEFAULT ''")])
    request_hash = TextField(default="", constraints=[SQL("DEFAULT ''")])
    version = Seq(default=0, constraints=[SQL("DEFAULT 0")])
    changed_at = Instant(default=0, constraints=[SQL("DEFAULT 0")])

    class Meta:
        indexes = (
            (("account", "number"), True),
            (("creator", "client_id"), True),
            (("account", "status", "id"), False),
        )


def times_of(request: MaintenanceRequest) -> list[tuple[int, int]]:
    """When it suits the tenant: instants (ms) from and to."""
    return [(begins, ends) for begins, ends in json.loads(request.windows)]


class RequestShare(BaseModel):
    """A contact sees a request from one number of the counter to another, ends included.

    It is there also where the request has no thread. `side` is the one the contact looks from;
    `earlier` says that they may see what became of it before. What happens after `ended_version`
    is not theirs any more.
    """

    request = ForeignKeyField(MaintenanceRequest, backref="shares", index=False)
    connection = ForeignKeyField(Connection, backref="shares", index=False)
    side = IntegerField()
    shared_version = Seq()
    ended_version = Seq(default=OPEN)
    earlier = BooleanField(default=False)

    class Meta:
        indexes = (
            (("request", "connection", "shared_version"), True),
            (("connection", "ended_version"), False),
        )


class RequestChange(BaseModel):
    """Something that happened to a request: an event of its timeline.

    `version` is its number of the rising counter, the seq of the event in the thread where there
    is one. `details` is JSON: of a changed column its name as `field`, what it `was` and is
    `now`. `audience` is a sum of sides, `subject` whom it is about.
    """

    version = BigIntegerField(primary_key=True)
    request = ForeignKeyField(MaintenanceRequest, backref="changes", index=False)
    author = ForeignKeyField(User, null=True, index=False)
    side = IntegerField()
    subject = ForeignKeyField(User, null=True, index=False)
    audience = IntegerField()
    event = TextField()
    details = TextField(default="{}")
    at = Instant()

    class Meta:
        indexes = ((("request", "version"), True),)

    @property
    def told(self) -> dict[str, Any]:
        """The details as a dictionary."""
        told: dict[str, Any] = json.loads(self.details)
        return told


class Visit(BaseModel):
    """A time at which somebody comes for a request: instants (ms) from and to.

    Of one request only the last is PROPOSED or ACCEPTED. `side` is the one it was proposed from:
    it is accepted by the other. `version` is the counter at its last change.
    """

    request = ForeignKeyField(MaintenanceRequest, backref="visits", index=False)
    starts_at = Instant()
    ends_at = Instant()
    note = TextField(default="")
    state = TextField(default=PROPOSED)
    author = ForeignKeyField(User, index=False)
    side = IntegerField()
    version = Seq()
    created_at = Instant()

    class Meta:
        indexes = ((("request", "id"), False),)
