"""Muting, pinning, marking unread and clearing: for oneself alone (SPEC 2 and 6, MODEL 11)."""

from datetime import UTC, datetime

import pytest

from models import inbox, marks, sync
from models.account import LANDLORD
from models.clock import FOREVER, HOUR
from models.connection import SERVICE_PRO, VIEW
from models.errors import Invalid, Missing
from models.message import Message
from models.posting import delete_message, edit_message
from models.reading import seen_seq, set_read_position
from models.thread import ThreadPerson
from models.view import View, seen_by_all
from tests import factories
from tests.factories import contact, dialogue_of, say

ACTS = {
    "mute": lambda person, thread: marks.mute(person, thread, marks.ALWAYS),
    "unmute": marks.unmute,
    "pin": marks.pin,
    "unpin": marks.unpin,
    "mark unread": marks.mark_unread,
    "clear": marks.clear,
}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("contact", True),
        ("disconnected contact", True),
        ("team with manage", True),
        ("team with view", True),
        ("team in an ended dialogue", True),
        ("team without the right", False),
        ("team with another list", False),
        ("another contact", False),
        ("another account", False),
        ("a stranger", False),
    ],
)
@pytest.mark.parametrize("act", ACTS)
def test_whoever_sees_a_conversation_may_and_for_nobody_else_is_it_there(
    act, who, may, office, priya, thread
):
    say(office.admin, thread)
    person = somebody(who, office, priya)
    if may:
        ACTS[act](person, thread.id)
        return
    for number in (thread.id, 999_999, 2**70):
        with pytest.raises(Missing):
            ACTS[act](person, number)
    assert ThreadPerson.select().where(ThreadPerson.user == person).count() == 0


def somebody(who, office, priya):
    if "ended" in who or "disconnected" in who:
        factories.disconnect(priya)
    if who.endswith("contact"):
        return contact(office.account, "Marcus Feld").user if "another" in who else priya.user
    if who == "another account":
        return factories.office("Elm Partners").admin
    if who == "a stranger":
        return factories.person()
    rights = {"view": {"tenants": VIEW}, "right": {"owners": VIEW}}.get(who.split()[-1], 2)
    listed = [factories.property_of(office.account)] if "list" in who else None
    return factories.member(office.account, rights=rights, properties=listed)


@pytest.mark.parametrize("act", ACTS)
def test_nothing_changes_for_anybody_else(act, office, priya, thread):
    maya = factories.member(office.account)
    say(priya.user, thread)
    others = [(person, state(person)) for person in (maya, priya.user)]
    ACTS[act](office.admin, thread.id)
    assert others == [(person, state(person)) for person, _ in others]


def state(person):
    """What a person's list, log and catching up are made of."""
    found = inbox.positions(person)
    views = [View.load(person, position.thread) for position in found]
    logs = [(view.newest(), view.version, seen_seq(view)) for view in views]
    return found, logs


@pytest.mark.parametrize(
    ("how", "zone", "at", "until"),
    [
        ("1h", "UTC", (12, 0), datetime(2026, 3, 10, 13, tzinfo=UTC)),
        ("8h", "UTC", (12, 0), datetime(2026, 3, 10, 20, tzinfo=UTC)),
        ("tomorrow", "UTC", (12, 0), datetime(2026, 3, 11, 8, tzinfo=UTC)),
        ("tomorrow", "UTC", (1, 0), datetime(2026, 3, 11, 8, tzinfo=UTC)),
        # There it is the 11th already; and there the evening before.
        ("tomorrow", "Pacific/Auckland", (12, 0), datetime(2026, 3, 11, 19, tzinfo=UTC)),
        ("tomorrow", "America/Los_Angeles", (2, 0), datetime(2026, 3, 10, 15, tzinfo=UTC)),
    ],
)
def test_a_mute_ends_where_the_person_is(how, zone, at, until, priya, thread):
    priya.user.zone = zone
    now = datetime(2026, 3, 10, *at, tzinfo=UTC).timestamp() * 1000
    assert marks.mute(priya.user, thread.id, how, int(now)) == until.timestamp() * 1000


def test_tomorrow_is_eight_also_when_the_clocks_are_set(priya, thread):
    """In New York they were set forward on March 8, 2026 at two."""
    priya.user.zone = "America/New_York"
    at = int(datetime(2026, 3, 7, 20, tzinfo=UTC).timestamp() * 1000)
    until = marks.mute(priya.user, thread.id, marks.TOMORROW, at)
    assert until == datetime(2026, 3, 8, 12, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize("how", ["", "2h", "forever", "1H", "0"])
def test_any_other_length_is_refused_in_words(how, priya, thread):
    with pytest.raises(Invalid, match="how long"):
        marks.mute(priya.user, thread.id, how)
    assert ThreadPerson.select().count() == 0


def test_a_muted_conversation_shows_its_number_and_adds_nothing_until_it_ends(
    office, priya, thread
):
    say(priya.user, thread)
    until = marks.mute(office.admin, thread.id, marks.ONE_HOUR)
    for at, counted in ((until - HOUR, 0), (until - 1, 0), (until, 1)):
        (position,) = inbox.positions(office.admin, at)
        assert (position.unread, position.counted) == (1, counted)
        assert position.muted_until == (0 if counted else until)
    assert marks.mute(office.admin, thread.id, marks.ALWAYS) == FOREVER
    assert inbox.totals(inbox.positions(office.admin)) == {"tenants": 0}
    marks.unmute(office.admin, thread.id)
    assert inbox.totals(inbox.positions(office.admin)) == {"tenants": 1}


def test_pinned_conversations_come_first_and_the_newest_pin_before_the_others(office):
    ties = [contact(office.account, name) for name in ("One", "Two", "Three", "Four")]
    threads = [dialogue_of(tie) for tie in ties]
    for tie, thread in zip(ties, threads, strict=True):
        say(tie.user, thread)
    marks.pin(office.admin, threads[0].id, at=1)
    marks.pin(office.admin, threads[2].id, at=2)
    assert listed(office.admin) == [threads[n].id for n in (2, 0, 3, 1)]
    marks.unpin(office.admin, threads[2].id)
    assert listed(office.admin) == [threads[n].id for n in (0, 3, 2, 1)]


def listed(person):
    return [position.thread for position in inbox.positions(person)]


def test_marking_unread_counts_one_and_leaves_the_position(office, priya, thread):
    message = say(priya.user, thread)
    set_read_position(office.admin, thread.id, message.id)
    marks.mark_unread(office.admin, thread.id)
    kept = ThreadPerson.get(ThreadPerson.user == office.admin)
    assert kept.read_seq == message.id
    assert inbox.badge(inbox.positions(office.admin)) == {
        "unread": 1,
        "threads": {str(thread.id): 1},
    }
    # Opening it again reads it, though nothing new is on screen.
    assert set_read_position(office.admin, thread.id, message.id)
    assert inbox.badge(inbox.positions(office.admin))["unread"] == 0


def test_what_is_cleared_is_hidden_for_one_and_stays_for_the_others(office, priya, thread):
    first = say(priya.user, thread)
    marks.mark_unread(office.admin, thread.id)
    held = sync.newest(View.load(office.admin, thread.id)).version
    assert marks.clear(office.admin, thread.id)
    view = View.load(office.admin, thread.id)
    assert view.newest() == []
    (position,) = inbox.positions(office.admin)
    (row,) = inbox.rows(office.admin, [position])
    assert (position.unread, row.snippet, row.last_at, row.cleared) == (0, None, None, True)
    assert sync.changes(view, held).reset
    assert not sync.changes(view, view.version).reset
    assert [seen.id for seen in View.load(priya.user, thread.id).newest()][-1] == first.id
    # Nobody is told that it was read.
    assert seen_seq(View.load(priya.user, thread.id)) == 0
    second = say(priya.user, thread)
    assert [seen.id for seen in View.load(office.admin, thread.id).newest()] == [second.id]
    (row,) = inbox.rows(office.admin, inbox.positions(office.admin))
    assert (row.unread, row.snippet, row.cleared) == (1, "Hello.", False)
    assert Message.get_by_id(first.id).deleted_version is None


def test_clearing_what_is_empty_changes_nothing(office, priya, thread):
    say(priya.user, thread)
    assert marks.clear(office.admin, thread.id)
    version = View.load(office.admin, thread.id).version
    assert not marks.clear(office.admin, thread.id)
    assert View.load(office.admin, thread.id).version == version


def test_a_cleared_conversation_keeps_its_place_in_the_list(office, priya, thread):
    other = contact(office.account, "Marcus Feld")
    say(other.user, dialogue_of(other))
    say(priya.user, thread)
    marks.clear(office.admin, thread.id)
    assert listed(office.admin) == [thread.id, dialogue_of(other).id]


def test_who_has_left_clears_what_they_could_see(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    say(office.admin, request)
    factories.unshare(request, alex)
    later = say(office.admin, request)
    assert marks.clear(alex.user, request.id)
    kept = ThreadPerson.get(ThreadPerson.user == alex.user)
    assert 0 < kept.cleared_seq < later.id
    factories.share(request, alex, earlier=True)
    seen = View.load(alex.user, request.id).newest()
    assert later.id in [message.id for message in seen]


@pytest.mark.parametrize("change", [edit_message, delete_message])
def test_a_change_to_what_was_cleared_is_told_to_the_others_only(change, office, priya, thread):
    message = say(priya.user, thread)
    marks.clear(office.admin, thread.id)
    maya = factories.member(office.account)
    change(priya.user, thread.id, message.id, *(["Changed."] if change is edit_message else []))
    told = {view.person.id for view, _ in seen_by_all(thread.id, message.id)}
    assert told == {priya.user.id, maya.id}


def test_in_landlord_mode_owners_are_not_there_to_be_marked(office):
    helen = contact(office.account, "Helen", "owner")
    thread = dialogue_of(helen)
    factories.set_mode(office.account, LANDLORD)
    for act in ACTS.values():
        with pytest.raises(Missing):
            act(office.admin, thread.id)
        act(helen.user, thread.id)
