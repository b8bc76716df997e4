"""Editing and deleting one's own message, for a quarter of an hour (SPEC 3)."""

import pytest

from models import chain
from models.clock import MINUTE, now
from models.errors import Invalid, Missing, Refused
from models.message import Message, MessageEdition
from models.posting import delete_message, edit_message
from models.view import View
from tests import factories
from tests.factories import contact, dialogue_of, say

SENT = now()
IN_TIME, TOO_LATE = SENT + 15 * MINUTE, SENT + 15 * MINUTE + 1


@pytest.fixture
def office(bound):
    return factories.office()


@pytest.fixture
def priya(office):
    return contact(office.account)


@pytest.fixture
def thread(priya):
    made = dialogue_of(priya)
    yield made
    assert chain.faults(made.id) == []


@pytest.fixture
def message(priya, thread):
    return say(priya.user, thread, "The tap drips.", at=SENT)


def test_an_edit_shows_and_keeps_the_earlier_text(priya, office, thread, message):
    changed = edit_message(priya.user, thread.id, message.id, " It stopped. ", IN_TIME)
    assert changed.id == message.id < changed.version
    for person in (priya.user, office.admin):
        seen = View.load(person, thread.id).message(message.id)
        assert (seen.body, seen.edited, seen.version) == ("It stopped.", True, changed.version)
    assert editions(message) == [(message.id, "The tap drips.")]


def test_an_edit_to_the_same_text_is_none(priya, thread, message):
    edit_message(priya.user, thread.id, message.id, "The tap drips.", IN_TIME)
    assert not View.load(priya.user, thread.id).message(message.id).edited
    assert editions(message) == []


def test_a_deleted_message_leaves_a_tombstone(priya, office, thread, message):
    delete_message(priya.user, thread.id, message.id, IN_TIME)
    for person in (priya.user, office.admin):
        seen = View.load(person, thread.id).message(message.id)
        assert (seen.deleted, seen.body, seen.edited) == (True, "", False)
    assert editions(message) == [(message.id, "The tap drips.")]


def test_an_edited_message_can_still_be_deleted(priya, thread, message):
    first = edit_message(priya.user, thread.id, message.id, "It stopped.", IN_TIME)
    delete_message(priya.user, thread.id, message.id, IN_TIME)
    expected = [(message.id, "The tap drips."), (first.version, "It stopped.")]
    assert editions(message) == expected


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_after_fifteen_minutes_the_record_stands(change, priya, thread, message):
    with pytest.raises(Refused, match="15 minutes"):
        attempt(change, priya.user, thread, message, TOO_LATE)
    assert View.load(priya.user, thread.id).message(message.id).body == "The tap drips."
    attempt(change, priya.user, thread, message, IN_TIME)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_nobody_changes_what_another_wrote(change, office, thread, message):
    with pytest.raises(Refused):
        attempt(change, office.admin, thread, message)
    with pytest.raises(Missing):
        attempt(change, factories.person(), thread, message)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_an_event_cannot_be_changed_by_who_caused_it(change, priya, thread):
    joined = Message.get((Message.thread == thread) & (Message.kind == 1))
    assert joined.author_id == priya.user_id
    with pytest.raises(Refused):
        attempt(change, priya.user, thread, joined)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_deleted_message_cannot_be_changed_again(change, priya, thread, message):
    delete_message(priya.user, thread.id, message.id, SENT)
    with pytest.raises(Refused):
        attempt(change, priya.user, thread, message)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_after_the_disconnect_nothing_is_changed(change, priya, thread, message):
    factories.disconnect(priya)
    with pytest.raises(Refused):
        attempt(change, priya.user, thread, message)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_message_is_not_reached_through_another_thread(change, priya, office, thread, message):
    other = factories.office("Elm Partners")
    elsewhere = dialogue_of(contact(other.account, user=priya.user))
    with pytest.raises(Missing):
        attempt(change, priya.user, elsewhere, message)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_cleared_message_is_out_of_reach(change, priya, thread, message):
    factories.clear(priya.user, thread)
    with pytest.raises(Missing):
        attempt(change, priya.user, thread, message)


@pytest.mark.parametrize("body", ["", "  ", "a\x00b", "x" * 10_001])
def test_an_edit_must_be_a_text_too(body, priya, thread, message):
    with pytest.raises(Invalid):
        edit_message(priya.user, thread.id, message.id, body, SENT)


@pytest.mark.parametrize("seq", [0, -1, 2**70])
def test_a_number_that_is_no_message_is_missing(seq, priya, thread):
    with pytest.raises(Missing):
        delete_message(priya.user, thread.id, seq)


def attempt(change, person, thread, message, at=SENT):
    if change == "edit":
        edit_message(person, thread.id, message.id, "Changed.", at)
    else:
        delete_message(person, thread.id, message.id, at)


def editions(message):
    query = MessageEdition.select().where(MessageEdition.message == message)
    return [(edition.version, edition.body) for edition in query.order_by(MessageEdition.version)]
