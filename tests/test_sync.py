"""Catching up: everything that is theirs, nothing else, whatever happened meanwhile."""

import pytest

from models import sync
from models.connection import SERVICE_PRO
from models.database import last_seq, next_seq, transaction
from models.errors import Missing
from models.message import Message
from models.posting import delete_message, edit_message
from models.view import PAGE, View
from tests import factories
from tests.factories import contact, dialogue_of, say


def test_a_client_that_holds_everything_is_told_nothing(office, thread):
    say(office.admin, thread)
    held = newest(office.admin, thread).version
    answer = changes(office.admin, thread, held)
    assert (answer.messages, answer.version, answer.reset) == ([], held, False)


def test_new_edited_and_deleted_messages_come_once_in_the_order_of_change(office, priya, thread):
    edited, deleted = (say(priya.user, thread, body) for body in ("One.", "Two."))
    held = newest(office.admin, thread).version
    new = say(priya.user, thread, "Three.")
    delete_message(priya.user, thread.id, deleted.id)
    edit_message(priya.user, thread.id, edited.id, "Changed.")
    answer = changes(office.admin, thread, held)
    told = [(seen.id, seen.body, seen.deleted) for seen in answer.messages]
    expected = [(new.id, "Three.", False), (deleted.id, "", True), (edited.id, "Changed.", False)]
    assert told == expected
    assert answer.version == answer.messages[-1].version
    assert changes(office.admin, thread, answer.version).messages == []


@pytest.mark.parametrize(("waiting", "reset"), [(sync.LIMIT, False), (sync.LIMIT + 1, True)])
def test_more_than_a_thousand_changes_are_the_newest_page(waiting, reset, office, thread):
    held = newest(office.admin, thread).version
    fill(thread, office.admin, waiting)
    answer = changes(office.admin, thread, held)
    assert (answer.reset, len(answer.messages)) == (reset, PAGE if reset else waiting)
    assert answer.version == last_seq()


def test_a_version_above_all_they_can_see_begins_anew(office, priya, thread):
    """The database came back from a backup: what the client holds may be of another past."""
    newest_seq = say(office.admin, thread).id
    for person in (office.admin, priya.user):
        assert not changes(person, thread, newest_seq).reset
        assert changes(person, thread, newest_seq + 1).reset


def test_nobody_can_learn_by_the_answer_how_far_the_counter_is(office, priya, thread):
    """Else a member could watch whether anybody, anywhere, writes."""
    held = newest(priya.user, thread).version
    numbers = range(held - 1, held + 30)
    before = [changes(priya.user, thread, after).reset for after in numbers]
    marcus = contact(office.account, "Marcus Feld")
    for _ in range(5):
        say(marcus.user, dialogue_of(marcus))
    assert [changes(priya.user, thread, after).reset for after in numbers] == before
    assert before == [True, False, *[True] * 29]


def test_who_left_learns_no_more_by_the_answer(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    message = say(office.admin, request)
    factories.unshare(request, alex)
    held = newest(alex.user, request).version
    numbers = range(held, held + 10)
    before = [changes(alex.user, request, after).reset for after in numbers]
    edit_message(office.admin, request.id, message.id, "Changed.")
    say(office.admin, request)
    assert [changes(alex.user, request, after).reset for after in numbers] == before
    assert before == [False, *[True] * 9]


def test_what_was_changed_last_need_not_be_on_the_newest_page(office, thread):
    old = say(office.admin, thread)
    fill(thread, office.admin, PAGE)
    edit_message(office.admin, thread.id, old.id, "Changed.")
    held = newest(office.admin, thread).version
    answer = changes(office.admin, thread, held)
    assert [seen.body for seen in answer.messages] == ["Changed."]
    assert changes(office.admin, thread, answer.version) == sync.Changes([], answer.version)


@pytest.mark.parametrize("after", [-1, 0, 2**63 - 1, 2**70])
def test_any_number_is_answered(after, office, thread):
    say(office.admin, thread)
    assert changes(office.admin, thread, after).messages[-1].body == "Hello."


def test_who_left_cannot_watch_activity_by_the_version(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    theirs = say(office.admin, request)
    factories.unshare(request, alex)
    held = newest(alex.user, request).version
    say(office.admin, request)
    edit_message(office.admin, request.id, theirs.id, "Secret.")
    assert changes(alex.user, request, held) == sync.Changes([], held)
    assert newest(alex.user, request).version == held


def test_notes_for_others_do_not_move_the_version(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    held = newest(alex.user, request).version
    for audience in ("team", "tenants"):
        say(office.admin, request, audience=audience)
    assert changes(alex.user, request, held) == sync.Changes([], held)


def test_a_deletion_reaches_who_has_left(office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    message = say(office.admin, request)
    factories.unshare(request, alex)
    held = newest(alex.user, request).version
    delete_message(office.admin, request.id, message.id)
    answer = changes(alex.user, request, held)
    assert [(seen.id, seen.deleted) for seen in answer.messages] == [(message.id, True)]
    assert answer.version > held


@pytest.mark.parametrize("change", ["left", "came back", "widened", "cleared"])
def test_a_change_of_the_view_begins_anew(change, office):
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    say(office.admin, request)
    factories.share(request, alex)
    say(office.admin, request)
    held = newest(alex.user, request).version
    if change == "left":
        factories.unshare(request, alex)
    elif change == "came back":
        factories.unshare(request, alex)
        factories.share(request, alex)
    elif change == "widened":
        factories.share(request, alex, earlier=True)
    else:
        factories.clear(alex.user, request)
    answer = changes(alex.user, request, held)
    assert answer.reset
    assert answer.messages == View.load(alex.user, request.id).newest()
    assert not changes(alex.user, request, answer.version).reset


@pytest.mark.parametrize("channel", ["tenants", "owners"])
def test_a_change_of_rights_begins_anew(channel, office, thread):
    maya = factories.member(office.account)
    held = newest(maya, thread).version
    factories.set_right(factories.tie_of(maya, office.account), channel, 1)
    assert changes(maya, thread, held).reset


def test_what_comes_as_the_window_closes_reaches_nobody_who_left(office, monkeypatch):
    """Somebody is taken out, and a message follows, while their client is being answered."""
    request = factories.request_thread(office.place, office.admin)
    alex = contact(office.account, "Alex Park", SERVICE_PRO)
    factories.share(request, alex)
    view = View.load(alex.user, request.id)
    factories.unshare(request, alex)
    secret = say(office.admin, request, "He is gone.")
    for answer in (sync.newest(view), sync.changes(view, view.version)):
        assert secret.id not in [seen.id for seen in answer.messages]
        assert answer.version < secret.id


def test_a_view_lost_while_it_is_answered_is_missing(office, thread):
    maya = factories.member(office.account)
    view = View.load(maya, thread.id)
    factories.set_right(factories.tie_of(maya, office.account), "tenants", 0)
    with pytest.raises(Missing):
        sync.changes(view, view.version)


def newest(person, thread):
    return sync.newest(View.load(person, thread.id))


def changes(person, thread, after):
    return sync.changes(View.load(person, thread.id), after)


def fill(thread, author, count):
    """Many messages at once, without their links in the chain."""
    with transaction():
        for _ in range(count):
            seq = next_seq()
            Message.insert(
                id=seq,
                thread=thread,
                author=author,
                side=1,
                audience=15,
                body="Hello.",
                version=seq,
                body_version=seq,
                created_at=0,
            ).execute()
