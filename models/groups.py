"""Groups: several contacts of one role in a conversation, or as readers of announcements (SPEC 2).

Whoever manages a channel opens them and changes them, as far as they see everybody in it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from peewee import chunked

from models import clock, following, names, photos, policy, windows
from models.account import Account
from models.appearing import noticed_in
from models.checking import Check
from models.connection import MANAGE, Connection
from models.database import INSERTED_AT_ONCE, OPEN, locked, transaction
from models.errors import Conflict, Missing, Refused
from models.homes import homes_of
from models.record import append_event, lock_thread
from models.text import line
from models.thread import (
    ANNOUNCEMENT,
    CONVERSATION,
    GROUPS,
    OWNERS,
    ROLE_OF_CHANNEL,
    SERVICE_PROS,
    SIDE_OF_ROLE,
    TENANTS,
    AccessWindow,
    Thread,
)
from models.user import User
from models.view import View

LONGEST_TITLE: Final = 80

PICKED: Final = "picked"
EVERYBODY: Final = "all"
PLURALS: Final = {TENANTS: "tenants", SERVICE_PROS: "service pros", OWNERS: "owners"}

TITLE_MISSING: Final = "Give the group a name."
TOO_FEW: Final = "Pick at least two people. With one you write in their own conversation."
GONE: Final = "Somebody you picked is not connected any more. Look at the list again."
NOBODY: Final = "Nobody there is connected yet. Invite them first."
BY_RULE: Final = "Who is in this group follows from where people live. Change it there."
NOT_YOURS: Final = "You can read this but not write. Ask an admin of {account}."
TEAM_ONLY: Final = "Only the team changes a group."


@dataclass(frozen=True)
class Person:
    """A contact who can be in a group: the id of the connection, and where they are found.

    `photo` names theirs, see `User.portrait`.
    """

    id: int
    name: str
    place: str
    photo: str


@dataclass(frozen=True)
class Wanted:
    """What somebody typed about a new group.

    `who` is PICKED, EVERYBODY or the id of a property as text; `members` are ids of
    connections as text, for PICKED alone.
    """

    channel: str
    kind: str = CONVERSATION
    title: str = ""
    who: str = PICKED
    members: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What becomes of a group: its title, who comes and who goes, as ids of connections.

    `earlier` shows those who come what was said before.
    """

    title: str
    add: Collection[str] = ()
    remove: Collection[str] = ()
    earlier: bool = False


def people(person: User, account: int, channel: str, at: int | None = None) -> list[Person]:
    """Those whom `person` may bring into a group of a channel, by name; four queries."""
    found = list(policy.contacts_in_reach(person, account, channel, at))
    ids = [contact.id for contact in found]
    places, faces = homes_of(ids, at, person), photos.of_contacts(ids)
    rows = [
        Person(one.id, one.name, places.get(one.id) or one.company, faces.get(one.id, ""))
        for one in found
    ]
    return sorted(rows, key=lambda one: (one.name.casefold(), one.id))


def rules(person: User, account: int, channel: str) -> dict[str, str]:
    """The rules a group of a channel can follow for `person`, each with its words.

    Who works for some properties only may take these, never everybody: of service pros alone
    the whole team sees all.
    """
    found = {}
    if channel != SERVICE_PROS:
        whose = "Everyone at {}" if channel == TENANTS else "Owners of {}"
        for place in policy.visible_properties(person, account):
            found[str(place.id)] = whose.format(place.name)
    if channel == SERVICE_PROS or policy.works_for_all(person, account):
        found[EVERYBODY] = f"All {PLURALS[channel]}"
    return found


def require_gathering(person: User, account: int, channel: str) -> None:
    """Let only those through who may open a group in a channel.

    :raises Missing: for who does not see the channel.
    :raises Refused: for who may only look.
    """
    level = policy.Rights(person).level(channel, account) if channel in ROLE_OF_CHANNEL else 0
    if not level:
        raise Missing
    if level < MANAGE:
        raise Refused(NOT_YOURS.format(account=Account.get_by_id(account).name))


def create(person: User, account: int, wanted: Wanted, at: int | None = None) -> Thread:
    """Open a group; everybody in it takes part from the event "created" on.

    The same again within a minute, as by a button pressed twice, is the same group: it could
    not be taken away.

    :raises Missing: when the channel is not theirs.
    :raises Refused: when they may not write there.
    :raises Invalid: for the field `kind`, `title`, `who` or `members`.
    """
    at = clock.now() if at is None else at
    require_gathering(person, account, wanted.channel)
    with transaction():
        _lock(person, account, wanted.members)
        require_gathering(person, account, wanted.channel)
        check = Check()
        if wanted.kind not in GROUPS:
            check.refuse("kind", "Choose one of the two.")
        topic = Thread(account=account, channel=wanted.channel, kind=wanted.kind, created_at=at)
        members = _members(check, person, topic, wanted, at)
        topic.title = check.read("title", partial(line, limit=LONGEST_TITLE), wanted.title)
        check.finish()
        topic.title = topic.title or _own_title(topic, members)
        twin = _twin(topic, members, at)
        if twin is None:
            topic.save()
            _gather(topic, members, person, at)
    return twin or topic


def managed_group(person: User, thread: int, at: int | None = None) -> View:
    """A group as a member of the team sees it who may change it.

    :raises Missing: when there is no such group for them.
    :raises Refused: for its members, and for who may only look.
    """
    view = View.load(person, thread, at)
    if view.thread.kind not in GROUPS:
        raise Missing
    if not view.is_team:
        raise Refused(TEAM_ONLY)
    if view.level < MANAGE:
        raise Refused(NOT_YOURS.format(account=view.thread.account.name))
    return view


def change(person: User, thread: int, wanted: Change, at: int | None = None) -> set[int]:
    """Rename a group, let people in, let people go: all of it or nothing.

    :returns: the ids of the users who came or went.
    :raises Missing: when there is no such group for them.
    :raises Refused: when they may not change it.
    :raises Conflict: when its members follow a rule.
    :raises Invalid: for the field `title` or `members`.
    """
    at = clock.now() if at is None else at
    account = managed_group(person, thread, at).thread.account_id
    check = Check()
    title = check.read("title", partial(line, limit=LONGEST_TITLE), wanted.title, TITLE_MISSING)
    with transaction():
        _lock(person, account, [*wanted.add, *wanted.remove])
        topic = managed_group(person, thread, at).thread
        if topic.follows and (wanted.add or wanted.remove):
            raise Conflict(BY_RULE)
        coming = _picked(check, person, topic, wanted.add, at)
        check.finish()
        _rename(topic, title, person, at)
        with noticed_in([thread], at):
            came = [tie for tie in coming if windows.open_window(thread, tie, person.id, at)]
            for tie in came if wanted.earlier else ():
                windows.widen_window(thread, tie.user_id)
            return {tie.user_id for tie in came} | _let_go(topic, wanted.remove, person, at)


def suggested_title(people_in_it: Sequence[str]) -> str:
    """What a group is called after its members: "Jonah & Beth Whitaker", "Ade, Lena & 2 more"."""
    firsts = [names.first(name) for name in people_in_it]
    families = {name.split()[-1] for name in people_in_it}
    if len(firsts) > 3:
        return f"{', '.join(firsts[:2])} & {len(firsts) - 2} more"
    title = " & ".join(filter(None, (", ".join(firsts[:-1]), firsts[-1])))
    return f"{title} {families.pop()}" if len(families) == 1 and len(firsts) > 1 else title


def _lock(person: User, account: int, members: Collection[str]) -> None:
    """Lock what decides who may be in a group, in the order of MODEL 4."""
    own = (Connection.account == account) & (Connection.user == person)
    theirs = Connection.id.in_([int(number) for number in members if _is_id(number)])
    list(locked(Account.select().where(Account.id == account)))
    list(locked(Connection.select().where(own | theirs).order_by(Connection.id)))


def _is_id(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 19


def _members(
    check: Check, person: User, topic: Thread, wanted: Wanted, at: int
) -> list[Connection]:
    """Who is in a new group from the start; notes in `topic` what its rule is about."""
    if wanted.who == PICKED:
        members = _picked(check, person, topic, wanted.members, at)
        if len(members) < 2:
            check.refuse("members", TOO_FEW)
        return members
    if wanted.who not in rules(person, topic.account_id, topic.channel):
        check.refuse("who", "Choose who is in the group.")
        return []
    topic.follows = True
    topic.property = None if wanted.who == EVERYBODY else int(wanted.who)
    # Nobody who is about to leave may slip in.
    members = list(locked(following.named(topic, at).order_by(Connection.id)))
    if not members:
        check.refuse("who", NOBODY)
    return members


def _picked(
    check: Check, person: User, topic: Thread, asked: Collection[str], at: int
) -> list[Connection]:
    reach = policy.contacts_in_reach(person, topic.account_id, topic.channel, at)
    ids = {int(number) for number in asked if _is_id(number)}
    found = list(reach.where(Connection.id.in_(ids)).order_by(Connection.id))
    if len(found) < len(set(asked)):
        check.refuse("members", GONE)
    return found


def _own_title(topic: Thread, members: Sequence[Connection]) -> str:
    if topic.property_id:
        return str(topic.property.name)
    if topic.follows:
        return f"All {PLURALS[topic.channel]}"
    if topic.kind == ANNOUNCEMENT:  # its readers never learn of each other
        return "Announcement"
    # As they call themselves: they read it, and what the account calls them is its own.
    named = User.select(User.name).where(User.id.in_([tie.user_id for tie in members]))
    return suggested_title(sorted((user.name for user in named), key=str.casefold))


def _twin(topic: Thread, members: Sequence[Connection], at: int) -> Thread | None:
    """The group that is just like the one about to be made, if somebody has just made it."""
    about = (
        Thread.property.is_null()
        if topic.property_id is None
        else Thread.property == topic.property_id
    )
    alike = Thread.select().where(
        (Thread.account == topic.account_id)
        & (Thread.channel == topic.channel)
        & (Thread.kind == topic.kind)
        & (Thread.title == topic.title)
        & (Thread.follows == topic.follows)
        & about
        & (Thread.created_at.between(at - clock.MINUTE, at))
    )
    wanted = {tie.id for tie in members}
    return next((one for one in alike if _present(one) == wanted), None)


def _present(topic: Thread) -> set[int]:
    open_now = (AccessWindow.thread == topic.id) & (AccessWindow.to_seq == OPEN)
    return {tie for (tie,) in AccessWindow.select(AccessWindow.connection).where(open_now).tuples()}


def _gather(topic: Thread, members: Sequence[Connection], person: User, at: int) -> None:
    """Let everybody in by one event: with hundreds, an event for each would bury the log."""
    lock_thread(topic.id)
    created = append_event(topic, "created", person.id, None, at)
    rows = [
        {
            "thread": topic.id,
            "user": tie.user_id,
            "connection": tie.id,
            "side": SIDE_OF_ROLE[tie.role],
            "from_seq": created.id,
            "to_seq": OPEN,
            "opened_seq": created.id,
            "version": created.id,
        }
        for tie in members
    ]
    for some in chunked(rows, INSERTED_AT_ONCE):
        AccessWindow.insert_many(some).execute()


def _rename(topic: Thread, title: str, person: User, at: int) -> None:
    if title == topic.title:
        return
    locked_topic = lock_thread(topic.id)
    Thread.update(title=title).where(Thread.id == topic.id).execute()
    append_event(locked_topic, "renamed", person.id, None, at, title=title, was=topic.title)


def _let_go(topic: Thread, asked: Collection[str], person: User, at: int) -> set[int]:
    ids = [int(number) for number in asked if _is_id(number)]
    present = AccessWindow.select().where(
        (AccessWindow.thread == topic.id)
        & (AccessWindow.to_seq == OPEN)
        & AccessWindow.connection.in_(ids)
    )
    leaving = [window.user_id for window in present]
    for user in leaving:
        windows.close_window(topic.id, user, person.id, at)
    return set(leaving)
