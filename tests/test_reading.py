"""Read positions and what is unread (SPEC 2, MODEL 11)."""

import pytest

from models import inbox
from models.clock import HOUR, now
from models.connection import SERVICE_PRO
from models.errors import Missing
from models.posting import delete_message
from models.reading import set_read_position
from models.thread import AccessWindow, ThreadPerson
from tests import factories
from tests.factories import contact, dialogue_of, say


def test_messages_of_others_count_until_they_are_read(office, priya, thread):
    sent = [say(priya.user, thread) for _ in range(3)]
    assert (unread(office.admin, thread), unread(priya.user, thread)) == (3, 0)
    assert set_read_position(office.admin, thread.id, sent[1].id)
    assert unread(office.admin, thread) == 1


def test_the_position_only_rises(office, priya, thread):
    sent = [say(priya.user, thread) for _ in range(3)]
    set_read_position(office.admin, thread.id, sent[2].id)
    assert not set_read_position(office.admin, thread.id, sent[0].id)
    assert unread(office.admin, thread) == 0


@pytest.mark.parametrize("seq", [2**40, 2**63, 10**30])
def test_the_position_is_clamped_to_the_newest_visible(seq, office, priya, thread):
    newest = say(priya.user, thread)
    say(office.admin, factories.request_thread(office.place, office.admin))
    set_read_position(office.admin, thread.id, seq)
    assert ThreadPerson.get(ThreadPerson.user == office.admin).read_seq == newest.id
    say(priya.user, thread)
    assert unread(office.admin, thread) == 1


@pytest.mark.parametrize("seq", [0, -1, -(2**70)])
def test_a_position_before_everything_changes_nothing(seq, office, priya, thread):
    say(priya.user, thread)
    assert not set_read_position(office.admin, thread.id, seq)
    assert unread(office.admin, thread) == 1


def test_who_left_reads_up_to_where_they_left(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    factories.unshare(request, alex)
    after = say(office.admin, request)
    set_read_position(alex.user, request.id, after.id)
    window = AccessWindow.get(AccessWindow.thread == request)
    assert ThreadPerson.get(ThreadPerson.user == alex.user).read_seq == window.to_seq


def test_a_stranger_cannot_read(thread):
    with pytest.raises(Missing):
        set_read_position(factories.person(), thread.id, 1)
    assert ThreadPerson.select().count() == 0


def test_a_new_member_of_the_team_starts_with_nothing_unread(office, priya, thread):
    old = say(priya.user, thread)
    maya = factories.member(office.account)
    assert unread(maya, thread) == 0
    say(priya.user, thread)
    assert unread(maya, thread) == 1
    # Old messages on screen must not take the position back to before they came.
    assert not set_read_position(maya, thread.id, old.id)
    assert unread(maya, thread) == 1


def test_earlier_messages_included_do_not_count_as_unread(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    old = say(office.admin, request)
    factories.share(request, alex, earlier=True)
    say(office.admin, request)
    assert unread(alex.user, request) == 1
    assert not set_read_position(alex.user, request.id, old.id)
    assert unread(alex.user, request) == 1


def test_events_deleted_hidden_and_cleared_messages_do_not_count(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    factories.share(request, contact(office.account, "Noor Haddad"))
    say(office.admin, request, audience="team")
    gone = say(office.admin, request)
    delete_message(office.admin, request.id, gone.id)
    assert unread(alex.user, request) == 0
    say(office.admin, request)
    factories.clear(alex.user, request)
    assert unread(alex.user, request) == 0
    say(office.admin, request)
    assert unread(alex.user, request) == 1


def test_marked_unread_counts_one_if_nothing_else_does_and_goes_by_reading(office, priya, thread):
    message = say(priya.user, thread)
    factories.keep(office.admin, thread, marked_unread=True)
    assert unread(office.admin, thread) == 1
    set_read_position(office.admin, thread.id, message.id)
    assert unread(office.admin, thread) == 0
    factories.keep(office.admin, thread, marked_unread=True)
    assert unread(office.admin, thread) == 1
    assert set_read_position(office.admin, thread.id, message.id)
    assert unread(office.admin, thread) == 0


def test_marked_unread_taken_away_leaves_an_unstored_position(office, priya, thread):
    maya = factories.member(office.account)
    factories.keep(maya, thread, marked_unread=True)
    say(priya.user, thread)
    assert set_read_position(maya, thread.id, 0)
    assert unread(maya, thread) == 1


def test_a_muted_thread_keeps_its_number_and_adds_nothing(office, priya, thread):
    say(priya.user, thread)
    factories.keep(office.admin, thread, muted_until=now() + HOUR)
    assert (unread(office.admin, thread), badge(office.admin)) == (1, 0)
    assert badge(office.admin, now() + 2 * HOUR) == 1


def test_a_disconnected_dialogue_adds_nothing_for_either_side(office, priya, thread):
    say(priya.user, thread)
    say(office.admin, thread)
    factories.disconnect(priya)
    assert (unread(office.admin, thread), unread(priya.user, thread)) == (1, 1)
    assert (badge(office.admin), badge(priya.user)) == (0, 0)
    factories.connect(priya)
    assert (badge(office.admin), badge(priya.user)) == (1, 1)


def test_the_number_stops_at_a_hundred(office, priya, thread):
    for _ in range(101):
        say(priya.user, thread)
    assert unread(office.admin, thread) == 100


def test_the_badge_sums_all_accounts_and_channels(office, priya):
    other = factories.office("Elm Partners")
    factories.contact(other.account, user=office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    for tie in (priya, alex):
        say(tie.user, dialogue_of(tie))
    say(other.admin, dialogue_of(factories.tie_of(office.admin, other.account)))
    found = inbox.positions(office.admin)
    assert inbox.badge(found)["unread"] == 3
    assert inbox.totals(found) == {"tenants": 1, "service-pros": 1, "landlords": 1}


def unread(person, thread):
    return inbox.badge(inbox.positions(person))["threads"].get(str(thread.id), 0)


def badge(person, at=None):
    return inbox.badge(inbox.positions(person, at))["unread"]
