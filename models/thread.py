"""Threads, the windows in which people take part in them, and where each has read to."""

from enum import IntFlag
from typing import Final

from peewee import SQL, BooleanField, CompositeKey, ForeignKeyField, IntegerField, TextField

from models.account import Account
from models.connection import ADMIN, OWNER, SERVICE_PRO, SUB_ADMIN, TENANT, Connection
from models.database import OPEN, BaseModel, Instant, Seq
from models.maintenance import MaintenanceRequest
from models.property import Property
from models.user import User

TEAM: Final = "team"
TENANTS: Final = "tenants"
SERVICE_PROS: Final = "service-pros"
OWNERS: Final = "owners"
MAINTENANCE: Final = "maintenance-requests"
LANDLORDS: Final = "landlords"
"""Channels as in addresses; `landlords` is how a contact sees their dialogues."""

CONTACTS: Final = "contacts"
"""Not a channel: the name of the permission to keep contacts, among the team's rights."""

CHANNEL_OF_ROLE: Final = {TENANT: TENANTS, SERVICE_PRO: SERVICE_PROS, OWNER: OWNERS}
ROLE_OF_CHANNEL: Final = {channel: role for role, channel in CHANNEL_OF_ROLE.items()}

COMMON: Final = "team"
PERSONAL: Final = "personal"
DIALOGUE: Final = "dialogue"
CONVERSATION: Final = "conversation"
ANNOUNCEMENT: Final = "announcement"
REQUEST: Final = "maintenance"
"""Kinds of thread."""


class Side(IntFlag):
    """On which side of a thread somebody stands; an audience is a sum of sides (MODEL 1)."""

    TEAM = 1
    TENANT = 2
    PRO = 4
    OWNER = 8


SIDE_OF_ROLE: Final = {
    ADMIN: Side.TEAM,
    SUB_ADMIN: Side.TEAM,
    TENANT: Side.TENANT,
    SERVICE_PRO: Side.PRO,
    OWNER: Side.OWNER,
}
ROLE_OF_SIDE: Final = {
    Side.TEAM: "team",
    Side.TENANT: TENANT,
    Side.PRO: SERVICE_PRO,
    Side.OWNER: OWNER,
}
EVERYBODY: Final = "everyone"
AUDIENCES: Final = {
    EVERYBODY: 15,
    "team": Side.TEAM,
    "tenants": Side.TEAM | Side.TENANT,
    "pros": Side.TEAM | Side.PRO,
}
GROUPS: Final = (CONVERSATION, ANNOUNCEMENT)
"""Kinds of thread that hold several contacts of one role."""

AUDIENCE_NAMES: Final = {int(mask): name for name, mask in AUDIENCES.items()}


class Thread(BaseModel):
    """A conversation of an account in a channel.

    `contact`, `request` and `pair` are each unique: whoever finds or makes the thread of a
    contact, of a request or of two colleagues races, and the database decides.

    A group that `follows` has its members by rule: those who live in, or own, `property` now;
    every contact of the role when there is none.
    """

    account = ForeignKeyField(Account, backref="threads", index=False)
    channel = TextField()
    kind = TextField()
    contact = ForeignKeyField(Connection, null=True, unique=True, backref="dialogue")
    request = ForeignKeyField(MaintenanceRequest, null=True, unique=True, backref="thread")
    pair = TextField(null=True, unique=True)
    title = TextField(default="")
    property = ForeignKeyField(Property, null=True, index=False)
    # With its default, so that a table others refer to need not be made anew.
    follows = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    created_at = Instant()

    class Meta:
        indexes = ((("account", "channel"), False),)


class AccessWindow(BaseModel):
    """An interval of the counter in which a person takes part in a thread, ends included.

    A message is theirs when its seq lies inside, an edition when its version does.
    `opened_seq` is when it really opened ("include earlier messages" lowers only `from_seq`),
    `version` the counter at its last change. The windows of one person in one thread are
    disjoint (MODEL 2).
    """

    thread = ForeignKeyField(Thread, backref="windows", index=False)
    user = ForeignKeyField(User, backref="windows", index=False)
    connection = ForeignKeyField(Connection, backref="windows", index=False)
    side = IntegerField()
    from_seq = Seq()
    to_seq = Seq(default=OPEN)
    opened_seq = Seq()
    version = Seq()

    class Meta:
        indexes = (
            (("user", "thread", "from_seq"), True),
            (("thread", "to_seq"), False),
            (("connection", "to_seq"), False),
        )


class ThreadPerson(BaseModel):
    """What one person keeps about one thread: read to, cleared to, muted, pinned.

    Exists for contacts and team alike, made when first needed. `read_seq` NULL: never read.
    `told_seq` is how far they were told by e-mail.
    """

    user = ForeignKeyField(User, backref="kept", index=False)
    thread = ForeignKeyField(Thread, backref="kept")
    read_seq = Seq(null=True)
    read_at = Instant(null=True)
    cleared_seq = Seq(default=0)
    cleared_version = Seq(default=0)
    told_seq = Seq(default=0)
    marked_unread = BooleanField(default=False)
    muted_until = Instant(default=0)
    pinned_at = Instant(null=True)

    class Meta:
        primary_key = CompositeKey("user", "thread")
