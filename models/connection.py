"""Connections: one person, one account, one role."""

from typing import Any, Final

from peewee import SQL, BooleanField, Expression, ForeignKeyField, IntegerField, TextField

from models.account import Account
from models.database import BaseModel, Instant, Seq
from models.user import User

ADMIN: Final = "admin"
SUB_ADMIN: Final = "sub_admin"
TENANT: Final = "tenant"
SERVICE_PRO: Final = "service_pro"
OWNER: Final = "owner"
TEAM_ROLES: Final = (ADMIN, SUB_ADMIN)

NOT_CONNECTED: Final = "not_connected"
INVITED: Final = "invited"
CONNECTED: Final = "connected"
DECLINED: Final = "declined"
DISCONNECTED: Final = "disconnected"

VIEW: Final = 1
MANAGE: Final = 2
"""Levels of a team right; none is the absence of the row."""


class Connection(BaseModel):
    """One person tied to one account in one role (SPEC 1).

    A contact may exist before there is a user: `user` is then NULL, and name, e-mail, phone,
    company, trades and note are what the account wrote down. `ended_by` is who disconnected,
    NULL when a tenancy's end did; `stays` keeps the connection when that comes.
    `rights_version` is of the team alone: the counter at the last change of their role, state,
    rights, list of properties or the account's mode. What contacts see changes with windows.
    """

    account = ForeignKeyField(Account, backref="connections", index=False)
    user = ForeignKeyField(User, null=True, backref="connections")
    role = TextField()
    state = TextField(default=NOT_CONNECTED)
    name = TextField()
    email = TextField(default="")
    phone = TextField(default="")
    company = TextField(default="")
    note = TextField(default="")
    trades = TextField(default="", constraints=[SQL("DEFAULT ''")])
    stays = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    all_properties = BooleanField(default=True)
    rights_version = Seq(default=0)
    connected_at = Instant(null=True)
    ended_at = Instant(null=True)
    ended_by = ForeignKeyField(User, null=True, index=False)
    created_at = Instant()

    class Meta:
        # NULL users do not collide: contacts without a user are many.
        indexes = ((("account", "user"), True), (("account", "role", "state"), False))


def on_the_team(tie: Any) -> Expression:
    """Whether somebody is on the team of an account now; of Connection or an alias of it."""
    return (tie.state == CONNECTED) & tie.role.in_(TEAM_ROLES)


class TeamRight(BaseModel):
    """What a member of the team may do in a channel: level VIEW or MANAGE.

    Admins have rows too, so that no query has a branch for them. `since_seq` is the counter
    when access began; without a read position unread counts from there (SPEC 2).
    The channel `contacts` stands for the permission to keep contacts.
    """

    connection = ForeignKeyField(Connection, backref="rights", index=False)
    channel = TextField()
    level = IntegerField()
    since_seq = Seq()

    class Meta:
        indexes = ((("connection", "channel"), True),)
