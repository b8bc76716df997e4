"""Who may see what: the one place that decides it, as queries (SPEC 1, "The one rule").

Everything shown, counted, searched, pushed or exported comes through `access`. A contact
sees through windows, the team through rights; nobody has team rights in a thread where they
ever had a window. The rule in words stands in the README, "Who sees what".
"""

from collections.abc import Collection
from typing import Any, cast

from peewee import SQL, Expression, Select, fn

from models import clock
from models.account import PROPERTY_MANAGER, Account
from models.connection import (
    ADMIN,
    CONNECTED,
    MANAGE,
    OWNER,
    SERVICE_PRO,
    TEAM_ROLES,
    TENANT,
    VIEW,
    Connection,
    TeamRight,
    on_the_team,
)
from models.database import OPEN
from models.maintenance import MaintenanceRequest, RequestShare
from models.message import TEXT, Message
from models.prepared import Prepared
from models.property import OwnerProperty, Property, StaffProperty, Tenancy, is_home
from models.thread import (
    ANNOUNCEMENT,
    CHANNEL_OF_ROLE,
    COMMON,
    CONTACTS,
    CONVERSATION,
    DIALOGUE,
    MAINTENANCE,
    OWNERS,
    PERSONAL,
    REQUEST,
    ROLE_OF_CHANNEL,
    SERVICE_PROS,
    AccessWindow,
    Side,
    Thread,
)
from models.user import User

NO_LEVEL = -1
"""The `level` of an access row that stands on a window, not on a team right."""

_ANY = SQL("1")


def takes_part(level: int, to_seqs: Collection[int]) -> bool:
    """Whether who has these access rows is in the thread now: by right, or in an open window."""
    return level != NO_LEVEL or OPEN in to_seqs


def is_live(
    *,
    taking_part: bool,
    contact_state: str | None,
    contact_role: str | None,
    account_closed: bool,
) -> bool:
    """Whether a thread counts in totals: a dialogue only while it is connected (MODEL 11.9).

    The dialogue of a contact who joined the team since has ended with their former role, and
    every conversation with its account.
    """
    connected = contact_state in (None, CONNECTED) and contact_role not in TEAM_ROLES
    return taking_part and connected and not account_closed


def access(person: int | None, thread: Any, at: int) -> Select:
    """Every way in which people reach threads: a row per window, or one per team right.

    :param person: a user's id, or None for everybody.
    :param thread: a thread's id, or the column of an outer query that has one; None for all.
    :param at: the instant (ms) that decides which tenancies are current.
    :returns: a query of `user_id, thread_id, side, from_seq, to_seq, since, level, version`.
        Messages with a seq in from_seq..to_seq, ends included, addressed to `side`, are
        theirs. Without a stored read position unread counts from `since`. `level` is
        NO_LEVEL for a window, else VIEW or MANAGE. `version` is the counter when this row
        last changed.
    """
    return _through_windows(person, thread).union_all(_through_rights(person, thread, at))


def _through_windows(person: int | None, thread: Any) -> Select:
    window = AccessWindow.alias("w")
    query = window.select(
        window.user.alias("user_id"),
        window.thread.alias("thread_id"),
        window.side.alias("side"),
        window.from_seq.alias("from_seq"),
        window.to_seq.alias("to_seq"),
        window.opened_seq.alias("since"),
        _constant(NO_LEVEL).alias("level"),
        window.version.alias("version"),
    )
    return _narrowed(query, window.user, person, window.thread, thread)


def _through_rights(person: int | None, thread: Any, at: int) -> Select:
    topic, me = Thread.alias("t"), Connection.alias("me")
    right, account, ever = TeamRight.alias("r"), Account.alias("a"), AccessWindow.alias("x")
    taking_part = ever.select(_ANY).where((ever.user == me.user) & (ever.thread == topic.id))
    query = (
        topic.select(
            me.user,
            topic.id,
            _constant(Side.TEAM),
            _constant(0),
            _constant(OPEN),
            right.since_seq,
            right.level,
            me.rights_version,
        )
        .join(me, on=(me.account == topic.account))
        .join(right, on=((right.connection == me.id) & (right.channel == topic.channel)))
        .join(account, on=(account.id == topic.account))
        .where(
            on_the_team(me),
            right.level >= VIEW,
            topic.kind != PERSONAL,
            (topic.channel != OWNERS) | (account.mode == PROPERTY_MANAGER),
            ~fn.EXISTS(taking_part),
            ~fn.EXISTS(_ever_shared(topic.request, me)),
            _thread_in_list(me, topic, at),
        )
    )
    return _narrowed(query, me.user, person, topic.id, thread)


def request_access(person: int | None, request: int | None) -> Select:
    """Every way in which people reach maintenance requests: a row per share, or per team right.

    Agrees with `access`: who has a window in the thread of a request has, or had, a share.

    :param person: a user's id, or None for everybody.
    :param request: a request's id, or None for all.
    :returns: a query of `user_id, request_id, side, shared_version, ended_version, earlier,
        level`. What happened up to `ended_version`, included, is theirs; what was there when it
        was shared is told by its present columns, what happened before by `earlier` alone.
        `level` is NO_LEVEL for a share, else VIEW or MANAGE.
    """
    share, tie = RequestShare.alias("s"), Connection.alias("c")
    shared = share.select(
        tie.user.alias("user_id"),
        share.request.alias("request_id"),
        share.side.alias("side"),
        share.shared_version.alias("shared_version"),
        share.ended_version.alias("ended_version"),
        share.earlier.alias("earlier"),
        _constant(NO_LEVEL).alias("level"),
    ).join(tie, on=(tie.id == share.connection))
    wanted, me, right = MaintenanceRequest.alias("q"), Connection.alias("me"), TeamRight.alias("r")
    by_right = (
        wanted.select(
            me.user,
            wanted.id,
            _constant(Side.TEAM),
            _constant(0),
            _constant(OPEN),
            SQL("TRUE"),
            right.level,
        )
        .join(me, on=(me.account == wanted.account))
        .join(right, on=((right.connection == me.id) & (right.channel == MAINTENANCE)))
        .where(
            on_the_team(me),
            right.level >= VIEW,
            ~fn.EXISTS(_ever_shared(wanted.id, me)),
            me.all_properties | _property_in_list(me, wanted.property),
        )
    )
    return _narrowed(shared, tie.user, person, share.request, request).union_all(
        _narrowed(by_right, me.user, person, wanted.id, request)
    )


def _constant(number: int) -> Expression:
    # Literal, not bound: PostgreSQL cannot tell the type of a bare parameter in a UNION.
    return SQL(f"CAST({int(number)} AS BIGINT)")


def _narrowed(
    query: Select, user: Expression, person: int | None, topic: Expression, thread: Any
) -> Select:
    if person is not None:
        query = query.where(user == person)
    if thread is not None:
        query = query.where(topic == thread)
    return query


def _thread_in_list(me: Any, topic: Any, at: int) -> Expression:
    """Whether the thread lies within the properties `me` works for (SPEC 1, MODEL 3)."""
    request = MaintenanceRequest.alias("mr")
    request_in_list = request.select(_ANY).where(
        (request.id == topic.request) & _property_in_list(me, request.property)
    )
    # No CASE here: peewee would run the boolean's converter over its strings (MODEL 9).
    return (
        me.all_properties
        | (topic.kind == COMMON)
        | (topic.channel == SERVICE_PROS)
        | ((topic.kind == DIALOGUE) & _contact_in_list(me, topic.contact, at))
        | ((topic.kind == REQUEST) & fn.EXISTS(request_in_list))
        | (topic.kind.in_((CONVERSATION, ANNOUNCEMENT)) & _members_in_list(me, topic, at))
    )


def _property_in_list(me: Any, place: Any) -> Expression:
    staff = StaffProperty.alias("sp")
    listed = staff.select(_ANY).where((staff.property == place) & (staff.connection == me.id))
    return fn.EXISTS(listed)


def _ever_shared(request: Any, me: Any) -> Select:
    """The shares by which somebody is, or was, a contact in a request."""
    own = RequestShare.alias("rs")
    return own.select(_ANY).where((own.request == request) & (own.connection == me.id))


def _members_in_list(me: Any, topic: Any, at: int) -> Expression:
    """A group is seen only with all of its present members (MODEL 11.6)."""
    member = AccessWindow.alias("gw")
    present = member.select(_ANY).where((member.thread == topic.id) & (member.to_seq == OPEN))
    outside = present.where(~_contact_in_list(me, member.connection, at))
    return fn.EXISTS(present) & ~fn.EXISTS(outside)


def _contact_in_list(me: Any, contact: Any, at: int) -> Expression:
    """A tenant by any current tenancy, else the latest; an owner by any property (SPEC 1)."""
    home, staff = Tenancy.alias("th"), StaffProperty.alias("ts")
    owned, owner_staff = OwnerProperty.alias("op"), StaffProperty.alias("os")
    lives_in_list = (
        home.select(_ANY)
        .join(staff, on=(staff.property == home.property))
        .where((home.connection == contact) & (staff.connection == me.id) & is_home(home, at))
    )
    owns_in_list = (
        owned.select(_ANY)
        .join(owner_staff, on=(owner_staff.property == owned.property))
        .where((owned.connection == contact) & (owner_staff.connection == me.id))
    )
    return fn.EXISTS(lives_in_list) | fn.EXISTS(owns_in_list)


def team_connections(person: User | int) -> Select:
    """The connections by which `person` is on the team of an account, with the account."""
    return (
        Connection.select(Connection, Account)
        .join(Account)
        .where((Connection.user == person) & on_the_team(Connection))
        .order_by(Connection.id)
    )


_team_connections = Prepared(team_connections, "person")


def _build_rights(person: int) -> Select:
    return (
        TeamRight.select(Connection.account, TeamRight.channel, TeamRight.level)
        .join(Connection)
        .join(Account)
        .where(
            (Connection.user == person)
            & on_the_team(Connection)
            & (TeamRight.level >= VIEW)
            & ((TeamRight.channel != OWNERS) | (Account.mode == PROPERTY_MANAGER))
        )
    )


_rights = Prepared(_build_rights, "person")


class Rights:
    """What a person may do as one of the team, in every account of theirs; one query."""

    def __init__(self, person: User) -> None:
        found = _rights.rows(person=person.id)
        self._levels = {(account, channel): level for account, channel, level in found}

    def level(self, channel: str, account: int | None = None) -> int:
        """0, VIEW or MANAGE for a channel or CONTACTS, in one account or the most in any."""
        return max(
            (
                level
                for (where, what), level in self._levels.items()
                if what == channel and account in (None, where)
            ),
            default=0,
        )

    def channels(self, account: int) -> list[str]:
        """The channels with contacts in which they have a right, in the order shown."""
        return [one for one in CHANNEL_OF_ROLE.values() if self.level(one, account)]

    def roles(self, account: int) -> list[str]:
        """The roles whose contacts they see in an account; agrees with `visible_contacts`."""
        if not self.level(CONTACTS, account):
            return []
        return [role for role, channel in CHANNEL_OF_ROLE.items() if self.level(channel, account)]


def visible_team(person: User, account: int | None = None) -> Select:
    """The team's connections `person` may see: who is on it; an admin also who was or may be.

    :param account: only of this account.
    :returns: a query of Connection, of admins and sub-admins.
    """
    me = Connection.alias("me")
    query = (
        Connection.select(Connection)
        .join(me, on=(me.account == Connection.account))
        .where(
            (me.user == person)
            & on_the_team(me)
            & Connection.role.in_(TEAM_ROLES)
            & ((Connection.state == CONNECTED) | (me.role == ADMIN))
        )
    )
    return query if account is None else query.where(Connection.account == account)


def visible_properties(person: User | int, account: int | None = None) -> Select:
    """The properties that `person` works for as one of the team: all of them, or their list.

    :param account: only those of this account.
    """
    me = Connection.alias("me")
    listed = StaffProperty.select(StaffProperty.connection).where(
        (StaffProperty.connection == me.id) & (StaffProperty.property == Property.id)
    )
    query = (
        Property.select(Property)
        .join(me, on=(me.account == Property.account))
        .where((me.user == person) & on_the_team(me) & (me.all_properties | fn.EXISTS(listed)))
        .order_by(Property.name, Property.id)
    )
    return query if account is None else query.where(Property.account == account)


def works_for_all(person: User, account: int) -> bool:
    """Whether a member of the team works for every property of the account."""
    me = Connection.get((Connection.account == account) & (Connection.user == person))
    return bool(me.all_properties)


def team_accounts(person: User) -> list[Account]:
    """The accounts on whose team `person` is, in the order they joined them."""
    return [connection.account for connection in _team_connections.instances(person=person.id)]


def is_admin(person: User, account: int | None = None) -> bool:
    """Whether `person` is an admin of an account; of any if None."""
    own = team_connections(person).where(Connection.role == ADMIN)
    return (own if account is None else own.where(Connection.account == account)).exists()


def contacts_level(person: User, account: int) -> int:
    """What `person` may do with the contacts of an account: 0, VIEW or MANAGE (SPEC 1)."""
    return Rights(person).level(CONTACTS, account)


def may_see_person(person: int, other: int, at: int) -> bool:
    """Whether `person` may see what `other` looks like: who they write with, or read something of.

    Oneself, teammates, and whoever takes or took part in a conversation while it was theirs too.
    Of an announcement its readers see the team, and never each other (SPEC 2). And whoever wrote
    what they may read: as their name stays there when they leave the team, their photo does. An
    event names who caused it and shows no face, so it lets nobody see one.

    :param at: the instant (ms) that decides which tenancies are current.
    """
    return bool(_seen_person.rows(person=person, other=other, at=at))


def _build_seen_person(person: int, other: int, at: int) -> Select:
    is_seen = (
        (User.id == person)
        | fn.EXISTS(_teammates(person, other))
        | fn.EXISTS(_met_by_right(person, other, at))
        | fn.EXISTS(_met_in_window(person, other, at))
        | fn.EXISTS(_wrote_for_team(person, other, at))
    )
    return User.select(User.id).where((User.id == other) & is_seen)


def _teammates(person: int, other: int) -> Select:
    me, mate = Connection.alias("me"), Connection.alias("mate")
    return (
        me.select(_ANY)
        .join(mate, on=(mate.account == me.account))
        .where((me.user == person) & on_the_team(me) & (mate.user == other) & on_the_team(mate))
    )


def _met_by_right(person: int, other: int, at: int) -> Select:
    met = AccessWindow.alias("met")
    seen = _through_rights(person, met.thread, at)
    return met.select(_ANY).where((met.user == other) & fn.EXISTS(seen))


def _met_in_window(person: int, other: int, at: int) -> Select:
    own, topic, message = AccessWindow.alias("own"), Thread.alias("ot"), Message.alias("om")
    way = access(other, own.thread, at).alias("way")
    together = Select([way], [_ANY]).where(
        (own.from_seq <= way.c.to_seq)
        & (way.c.since < own.to_seq)  # a right counts from the number after
        & ((topic.kind != ANNOUNCEMENT) | (way.c.side == int(Side.TEAM)))
    )
    read = message.select(_ANY).where(
        (message.author == other)
        & (message.kind == TEXT)
        & (message.thread == own.thread)
        & message.id.between(own.from_seq, own.to_seq)
        & (message.audience.bin_and(own.side) != 0)
    )
    return (
        own.select(_ANY)
        .join(topic, on=(topic.id == own.thread))
        .where((own.user == person) & (fn.EXISTS(together) | fn.EXISTS(read)))
    )


def _wrote_for_team(person: int, other: int, at: int) -> Select:
    """What those wrote in the threads of `person` who are not on the team any more."""
    me, former = Connection.alias("me"), Connection.alias("former")
    topic, message = Thread.alias("wt"), Message.alias("wm")
    written = message.select(_ANY).where(
        (message.author == other) & (message.kind == TEXT) & (message.thread == topic.id)
    )
    return (
        me.select(_ANY)
        .join(former, on=(former.account == me.account))
        .join(topic, on=(topic.account == me.account))
        .where(
            (me.user == person)
            & on_the_team(me)
            & (former.user == other)
            & former.role.in_(TEAM_ROLES)
            & fn.EXISTS(written)
            & fn.EXISTS(_through_rights(person, topic.id, at))
        )
    )


_seen_person = Prepared(_build_seen_person, "person", "other", "at")


def is_hidden(contact: Connection) -> bool:
    """Whether the mode of the account hides a contact from its whole team."""
    return contact.role == OWNER and contact.account.mode != PROPERTY_MANAGER


def phone_of(contact: Connection) -> str:
    """The number the team sees of a contact: what the account noted, else the person's own.

    A person's own number is shown only with their consent, and only while they are connected
    (SPEC 1, "Phone numbers").
    """
    if contact.phone or contact.state != CONNECTED:
        return contact.phone
    return contact.user.phone if contact.user.phone_consent else ""


def known_contacts(
    person: User | int, account: int | None = None, at: int | None = None, level: int = VIEW
) -> Select:
    """The contacts whose channel `person` may view as one of the team, in any state.

    These are found by searching. The Contacts permission is not asked for: it governs adding,
    editing, inviting and disconnecting only (SPEC 1).

    :param account: only those of this account.
    :param at: the instant (ms) that decides which tenancies are current; now if None.
    :param level: MANAGE for those alone in whose channel they may write, too.
    :returns: a query of Connection: those whose role has a channel in which the person has
        a right of at least this level, within their list of properties, owners only in
        Property Manager mode.
    """
    me, right, owner = Connection.alias("me"), TeamRight.alias("r"), Account.alias("a")
    query = (
        Connection.select(Connection)
        .join(me, on=(me.account == Connection.account))
        .join(right, on=(right.connection == me.id))
        .join(owner, on=(owner.id == me.account))
        .where(
            (me.user == person)
            & on_the_team(me)
            & (right.level >= level)
            & _channel_fits_role(right)
            & ((Connection.role != OWNER) | (owner.mode == PROPERTY_MANAGER))
            & (
                me.all_properties
                | (Connection.role == SERVICE_PRO)
                | _contact_in_list(me, Connection.id, clock.now() if at is None else at)
            )
        )
    )
    return query if account is None else query.where(Connection.account == account)


def contacts_in_reach(person: User, account: int, channel: str, at: int | None = None) -> Select:
    """The connected contacts whom `person` may bring together in a group of a channel.

    For that one manages the channel. A list of properties narrows it as it narrows the dialogues.

    :param at: the instant (ms) that decides which tenancies are current; now if None.
    """
    return known_contacts(person, account, at, MANAGE).where(
        (Connection.role == ROLE_OF_CHANNEL[channel]) & (Connection.state == CONNECTED)
    )


def visible_contacts(
    person: User | int, account: int | None = None, at: int | None = None
) -> Select:
    """The contacts on the pages of who keeps them: `known_contacts`, with the Contacts right.

    Parameters and result are those of `known_contacts`.
    """
    keeper, keeps = Connection.alias("keeper"), TeamRight.alias("k")
    kept = (
        keeper.select(keeper.account)
        .join(keeps, on=(keeps.connection == keeper.id))
        .where(
            (keeper.user == person)
            & on_the_team(keeper)
            & (keeps.channel == CONTACTS)
            & (keeps.level >= VIEW)
        )
    )
    return known_contacts(person, account, at).where(Connection.account.in_(kept))


def _channel_fits_role(right: Any) -> Expression:
    fits: Expression | None = None
    for role in (TENANT, SERVICE_PRO, OWNER):
        one = (Connection.role == role) & (right.channel == CHANNEL_OF_ROLE[role])
        fits = one if fits is None else fits | one
    return cast("Expression", fits)
