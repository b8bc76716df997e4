"""Who takes part from when to when, and what that shows (SPEC 2)."""

import pytest

from models import windows
from models.clock import now
from models.connection import SERVICE_PRO
from models.database import OPEN, transaction
from models.errors import Missing
from models.message import EVENT, Message
from models.posting import delete_message, edit_message
from models.thread import AccessWindow
from models.view import View
from tests import factories
from tests.factories import connect, contact, dialogue_of, disconnect, say, share, unshare


@pytest.fixture
def office(bound):
    return factories.office()


@pytest.fixture
def request_thread(office):
    return factories.request_thread(office.place, office.admin)


@pytest.fixture
def alex(office):
    return contact(office.account, "Alex Park", SERVICE_PRO)


def test_connecting_opens_one_dialogue_for_good(office):
    tie = contact(office.account)
    first = dialogue_of(tie)
    disconnect(tie)
    assert connect(tie).id == first.id
    assert [span.to_seq == OPEN for span in View.load(tie.user, first.id).spans] == [False, True]


def test_connecting_twice_opens_one_window(office):
    tie = contact(office.account)
    thread = dialogue_of(tie)
    connect(tie)
    assert AccessWindow.select().where(AccessWindow.thread == thread).count() == 1
    assert events(thread) == ["joined"]


def test_join_and_leave_are_the_ends_of_a_window(office):
    tie = contact(office.account)
    thread = dialogue_of(tie)
    disconnect(tie, by=office.admin)
    (window,) = AccessWindow.select().where(AccessWindow.thread == thread)
    seqs = [m.id for m in Message.select().where(Message.thread == thread).order_by(Message.id)]
    assert [window.from_seq, window.to_seq] == seqs
    assert window.opened_seq == window.from_seq
    assert window.version == window.to_seq
    assert events(thread) == ["joined", "disconnected"]


def test_one_sees_what_was_said_between_joining_and_leaving_only(office, request_thread, alex):
    say(office.admin, request_thread, "Before.")
    share(request_thread, alex)
    say(office.admin, request_thread, "During.")
    unshare(request_thread, alex)
    say(office.admin, request_thread, "After.")
    assert texts(alex.user, request_thread) == ["During."]
    share(request_thread, alex)
    say(office.admin, request_thread, "Again.")
    assert texts(alex.user, request_thread) == ["During.", "Again."]
    assert texts(office.admin, request_thread) == ["Before.", "During.", "After.", "Again."]


def test_earlier_messages_are_included_on_wish(office, request_thread, alex):
    say(office.admin, request_thread, "Before.")
    say(office.admin, request_thread, "A note.", audience="team")
    say(office.admin, request_thread, "To tenants.", audience="tenants")
    share(request_thread, alex, earlier=True)
    assert texts(alex.user, request_thread) == ["Before."]


def test_widening_swallows_earlier_windows(office, request_thread, alex):
    share(request_thread, alex)
    unshare(request_thread, alex)
    say(office.admin, request_thread, "Meanwhile.")
    share(request_thread, alex, earlier=True)
    (window,) = AccessWindow.select().where(AccessWindow.thread == request_thread)
    assert (window.from_seq, window.to_seq) == (0, OPEN)
    assert texts(alex.user, request_thread) == ["Meanwhile."]


def test_who_does_not_take_part_is_neither_widened_nor_closed(office, request_thread, alex):
    with transaction():
        windows.widen_window(request_thread.id, alex.user_id)
        assert windows.close_window(request_thread.id, alex.user_id, None, now()) is None
    with pytest.raises(Missing):
        View.load(alex.user, request_thread.id)
    assert events(request_thread) == []


def test_a_disconnect_ends_every_window_of_that_account_and_of_no_other(
    office, request_thread, alex
):
    other = factories.office("Elm Partners")
    elsewhere = contact(other.account, role=SERVICE_PRO, user=alex.user)
    share(request_thread, alex)
    ended = disconnect(alex)
    assert sorted(ended) == sorted([dialogue_of(alex).id, request_thread.id])
    assert not View.load(alex.user, request_thread.id).takes_part
    assert View.load(alex.user, dialogue_of(elsewhere).id).takes_part
    assert disconnect(alex) == []


def test_edits_made_after_leaving_stay_hidden_and_deletions_show(office, request_thread, alex):
    share(request_thread, alex)
    edited, deleted = (say(office.admin, request_thread, body) for body in ("First.", "Second."))
    unshare(request_thread, alex)
    edit_message(office.admin, request_thread.id, edited.id, "Secret.")
    delete_message(office.admin, request_thread.id, deleted.id)
    seen = {message.id: message for message in View.load(alex.user, request_thread.id).newest()}
    assert (seen[edited.id].body, seen[edited.id].edited) == ("First.", False)
    assert seen[edited.id].version == edited.id
    assert (seen[deleted.id].body, seen[deleted.id].deleted) == ("", True)


def test_the_newest_edition_within_any_window_is_shown(office, request_thread, alex):
    share(request_thread, alex)
    message = say(office.admin, request_thread, "One.")
    edit_message(office.admin, request_thread.id, message.id, "Two.")
    unshare(request_thread, alex)
    edit_message(office.admin, request_thread.id, message.id, "Hidden.")
    share(request_thread, alex)
    assert texts(alex.user, request_thread) == ["Two."]
    edit_message(office.admin, request_thread.id, message.id, "Three.")
    assert texts(alex.user, request_thread) == ["Three."]


def test_each_audience_reaches_its_sides(office, request_thread, alex):
    tenant = contact(office.account)
    for tie in (alex, tenant):
        share(request_thread, tie)
    for audience in ("everyone", "team", "tenants", "pros"):
        say(office.admin, request_thread, audience, audience=audience)
    assert texts(office.admin, request_thread) == ["everyone", "team", "tenants", "pros"]
    assert texts(tenant.user, request_thread) == ["everyone", "tenants"]
    assert texts(alex.user, request_thread) == ["everyone", "pros"]


def test_a_change_of_role_does_not_rewrite_the_past(office, request_thread):
    tie = contact(office.account)
    share(request_thread, tie)
    say(office.admin, request_thread, "For tenants.", audience="tenants")
    disconnect(tie)
    factories.set_role(tie, SERVICE_PRO)
    connect(tie)
    share(request_thread, factories.tie_of(tie.user, office.account))
    say(office.admin, request_thread, "For tenants now.", audience="tenants")
    say(office.admin, request_thread, "For pros.", audience="pros")
    assert texts(tie.user, request_thread) == ["For tenants.", "For pros."]
    assert View.load(tie.user, request_thread.id).side == SERVICE_PRO


def texts(person, thread):
    return [seen.body for seen in View.load(person, thread.id).newest() if not seen.is_event]


def events(thread):
    query = Message.select().where((Message.thread == thread) & (Message.kind == EVENT))
    return [message.event["event"] for message in query.order_by(Message.id)]
