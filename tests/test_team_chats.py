"""The team's chats: when they come to be, who writes in them, what leaving leaves behind."""

import itertools
from functools import partial

import pytest

from models import headings, inbox, inviting, joining, permissions, reading, teammates
from models.connection import ADMIN, DISCONNECTED, MANAGE, VIEW, Connection
from models.errors import Conflict, Missing
from models.team import RIGHTS
from models.thread import COMMON, PERSONAL, TEAM, TENANTS, Thread
from models.user import User
from models.view import View, viewers
from tests.factories import (
    Office,
    contact,
    dialogue_of,
    disconnect,
    member,
    office,
    person,
    say,
    tie_of,
)
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("bound")

LEFT = "This colleague has left. You can still read the conversation."
_numbers = itertools.count(1)


@pytest.fixture
def house() -> Office:
    return office("Birch & Vine")


def hire(house: Office, name: str = "Ruth Lindqvist", user: User | None = None) -> User:
    """Somebody invited to the team who accepts, with the right to see tenants."""
    email = user.email if user else f"colleague{next(_numbers)}@people.example"
    wanted = teammates.Wanted(name, email, {TENANTS: VIEW})
    tie = teammates.add(house.admin, house.account.id, wanted)
    link = inviting.invite(house.admin, tie.id, email)
    joined = joining.accept(link, user) if user else joining.accept_new(link, name, "")
    return joined.user


def chats(user: User) -> list[tuple[str, str]]:
    """What somebody has in the Team channel: kind and name."""
    found = [one for one in inbox.positions(user) if one.channel == TEAM]
    names = headings.headings(user, {one.thread: True for one in found})
    return sorted((one.kind, names[one.thread].name) for one in found)


def between(one: User, other: User) -> Thread:
    low, high = sorted((one.id, other.id))
    return Thread.get(Thread.pair.endswith(f":{low}:{high}"))


def common() -> Thread:
    return Thread.get(Thread.kind == COMMON)


def events(user: User, thread: Thread) -> list[tuple[str, str, str]]:
    told = [seen for seen in View.load(user, thread.id).newest() if seen.is_event]
    return [(seen.event["event"], seen.subject_name, seen.author_name) for seen in told]


def test_an_admin_alone_has_no_team_channel(house: Office) -> None:
    assert chats(house.admin) == []
    teammates.add(house.admin, house.account.id, teammates.Wanted("Ruth", "ruth@x.example"))
    assert Thread.select().count() == 0


def test_the_first_sub_admin_brings_the_chats(house: Office) -> None:
    ruth = hire(house)
    assert chats(house.admin) == [(PERSONAL, "Ruth Lindqvist"), (COMMON, "Team chat")]
    assert chats(ruth) == [(PERSONAL, "Daniel Foster"), (COMMON, "Team chat")]
    assert events(house.admin, common()) == [("joined", "Ruth Lindqvist", "Daniel Foster")]
    assert events(ruth, between(ruth, house.admin)) == []


def test_every_two_have_a_chat_of_their_own(house: Office) -> None:
    team = [house.admin, hire(house, "Ruth"), hire(house, "Otto"), hire(house, "Ida")]
    assert Thread.select().where(Thread.kind == PERSONAL).count() == 6
    assert Thread.select().where(Thread.kind == COMMON).count() == 1
    for one, other in itertools.combinations(team, 2):
        assert View.load(one, between(one, other).id).refusal() is None
        for third in team:
            if third not in (one, other):
                with pytest.raises(Missing):
                    View.load(third, between(one, other).id)


def test_everybody_on_the_team_writes_in_the_common_chat(house: Office) -> None:
    ruth, otto = hire(house, "Ruth"), hire(house, "Otto")
    for author in (house.admin, ruth, otto):
        say(author, common(), "Good morning.")
    assert all(View.load(one, common().id).level == MANAGE for one in (ruth, otto, house.admin))
    unread = {one.kind: one.unread for one in inbox.positions(otto) if one.channel == TEAM}
    assert unread[COMMON] == 2


def test_who_comes_later_reads_what_was_said_and_counts_from_now(house: Office) -> None:
    ruth = hire(house, "Ruth")
    for number in range(3):
        say(ruth, common(), f"Old {number}")
    otto = hire(house, "Otto")
    view = View.load(otto, common().id)
    assert [seen.body for seen in view.newest() if not seen.is_event] == ["Old 0", "Old 1", "Old 2"]
    assert sum(one.unread for one in inbox.positions(otto)) == 0
    say(ruth, common(), "Welcome, Otto.")
    assert sum(one.unread for one in inbox.positions(otto)) == 1


def test_who_is_removed_keeps_only_their_personal_chats_read_only(house: Office) -> None:
    ruth, otto = hire(house, "Ruth"), hire(house, "Otto")
    tenant = contact(house.account, home=house.unit)
    say(ruth, between(ruth, house.admin), "Before.")
    teammates.remove(house.admin, tie_of(ruth, house.account).id)
    assert chats(ruth) == [(PERSONAL, "Daniel Foster"), (PERSONAL, "Otto")]
    for gone in (common(), dialogue_of(tenant), between(otto, house.admin)):
        with pytest.raises(Missing):
            View.load(ruth, gone.id)
    own = between(ruth, house.admin)
    assert View.load(house.admin, own.id).refusal() == LEFT
    mine = View.load(ruth, own.id)
    assert mine.refusal() == "You are no longer part of this conversation. You can still read it."
    assert [seen.body for seen in mine.newest() if not seen.is_event] == ["Before."]
    assert ("left", "Ruth", "Daniel Foster") in events(otto, common())
    assert tie_of(ruth, house.account).state == DISCONNECTED


def test_who_comes_back_writes_on_in_the_same_chats(house: Office) -> None:
    ruth = hire(house, "Ruth")
    chat = between(ruth, house.admin)
    say(house.admin, chat, "Until soon.")
    teammates.remove(house.admin, tie_of(ruth, house.account).id)
    say(house.admin, common(), "She is missed.")
    assert hire(house, "Ruth", user=ruth) == ruth
    assert between(ruth, house.admin) == chat
    say(ruth, chat, "Back again.")
    said = [seen.body for seen in View.load(ruth, chat.id).newest() if not seen.is_event]
    assert said == ["Until soon.", "Back again."]
    assert ("joined", "Ruth", "Daniel Foster") in events(ruth, chat)
    unread = {one.kind: one.unread for one in inbox.positions(ruth)}
    assert unread[COMMON] == 0
    assert Connection.select().count() == 2


def test_who_left_a_sub_admin_less_team_leaves_the_common_chat_there(house: Office) -> None:
    ruth = hire(house, "Ruth")
    teammates.leave(ruth, house.account.id)
    assert (COMMON, "Team chat") in chats(house.admin)
    assert View.load(house.admin, common().id).refusal() is None
    otto = hire(house, "Otto")
    assert chats(otto) == [(PERSONAL, "Daniel Foster"), (COMMON, "Team chat")]


def test_a_tenant_of_once_is_hired_and_stays_the_tenant_in_their_dialogue(house: Office) -> None:
    tie = contact(house.account, "Camille", home=house.unit)
    say(tie.user, dialogue_of(tie), "As a tenant.")
    disconnect(tie)
    assert hire(house, "Camille", user=tie.user) == tie.user
    assert chats(tie.user) == [(PERSONAL, "Daniel Foster"), (COMMON, "Team chat")]
    assert not View.load(tie.user, dialogue_of(tie).id).is_team
    assert View.load(house.admin, dialogue_of(tie).id).refusal().startswith("Camille has joined")
    assert Connection.select().where(Connection.user == tie.user).count() == 1
    assert tie_of(tie.user, house.account).role == "sub_admin"


def test_two_accounts_share_nothing(house: Office) -> None:
    other = office("Harbor Homes")
    ruth = hire(house)
    hire(other, user=ruth)
    say(house.admin, common(), "For Birch & Vine.")
    assert len(chats(ruth)) == 4
    assert {account for account, _ in _accounts(other.admin)} == {other.account.id}


def _accounts(user: User) -> set[tuple[int, int]]:
    return {(one.account, one.thread) for one in inbox.positions(user)}


def test_nobody_strange_sees_a_chat(house: Office) -> None:
    ruth = hire(house)
    tenant = contact(house.account, home=house.unit).user
    for stranger in (tenant, person("Omar")):
        for thread in (common(), between(ruth, house.admin)):
            with pytest.raises(Missing):
                View.load(stranger, thread.id)


def test_two_who_join_at_once_share_one_common_chat(house: Office) -> None:
    links = []
    for name in ("Ruth", "Otto"):
        email = f"colleague{next(_numbers)}@people.example"
        tie = teammates.add(house.admin, house.account.id, teammates.Wanted(name, email))
        links.append((inviting.invite(house.admin, tie.id, email), name))
    at_once(*(partial(joining.accept_new, link, name, "") for link, name in links))
    assert Thread.select().where(Thread.kind == COMMON).count() == 1
    assert Thread.select().where(Thread.kind == PERSONAL).count() == 3
    for view in viewers(common().id):
        assert view.refusal() is None


def test_of_two_admins_who_leave_at_once_one_stays(house: Office) -> None:
    otto = member(house.account, "Otto", role=ADMIN)

    def leave(user: User) -> bool:
        try:
            teammates.leave(user, house.account.id)
        except Conflict:
            return False
        return True

    assert sorted(at_once(partial(leave, house.admin), partial(leave, otto))) == [False, True]


def test_a_changed_right_is_there_with_the_next_view_and_starts_clients_anew(house: Office) -> None:
    ruth = hire(house, "Ruth")
    tie = tie_of(ruth, house.account)
    priya = contact(house.account, home=house.unit)
    say(priya.user, dialogue_of(priya), "Old.")
    before = View.load(ruth, dialogue_of(priya).id).version
    permissions.set_levels(house.admin, tie.id, {TENANTS: MANAGE})
    view = View.load(ruth, dialogue_of(priya).id)
    assert view.refusal() is None
    assert view.version > before
    assert tuple(one for one in RIGHTS if one != TEAM) == permissions.CHOSEN


def test_colleagues_see_how_far_the_other_has_read(house: Office) -> None:
    ruth = hire(house, "Ruth")
    for thread in (between(ruth, house.admin), common()):
        said = say(house.admin, thread, "Are you there?")
        assert reading.seen_seq(View.load(house.admin, thread.id)) == 0
        raised = reading.set_read_position(ruth, thread.id, said.id)
        assert reading.seen_seq(View.load(house.admin, thread.id)) == said.id
        assert reading.shown_to(View.load(ruth, thread.id), raised) == [(house.admin, said.id)]
