"""Sending once, and only what one may (SPEC 3)."""

import uuid

import pytest

from models import chain
from models.connection import SERVICE_PRO, SUB_ADMIN, VIEW
from models.errors import Conflict, Invalid, Missing, Refused
from models.message import Message
from models.posting import LONGEST, post_message
from models.view import View
from tests import factories
from tests.factories import contact, dialogue_of, draft, say


@pytest.fixture
def office(bound):
    return factories.office()


@pytest.fixture
def priya(office):
    return contact(office.account, home=office.unit)


@pytest.fixture
def thread(priya):
    made = dialogue_of(priya)
    yield made
    assert chain.faults(made.id) == []


def test_a_sent_message_stands_in_the_log_of_both(priya, office, thread):
    message, new = post_message(priya.user, thread.id, draft("The tap drips."))
    assert new
    for person in (priya.user, office.admin):
        seen = View.load(person, thread.id).newest()[-1]
        assert (seen.id, seen.body, seen.side) == (message.id, "The tap drips.", "tenant")
        assert (seen.author_name, seen.edited, seen.deleted) == ("Priya Raman", False, False)


def test_seq_and_version_rise_with_every_message(priya, thread):
    sent = [say(priya.user, thread) for _ in range(3)]
    seqs = [message.id for message in sent]
    assert seqs == sorted(set(seqs))
    assert [message.version for message in sent] == seqs


def test_a_repeated_send_is_the_same_message(priya, thread):
    once = draft()
    first, new = post_message(priya.user, thread.id, once)
    again, new_again = post_message(priya.user, thread.id, once)
    assert (new, new_again) == (True, False)
    assert again.id == first.id
    assert stored(thread) == 1


@pytest.mark.parametrize("spelling", ["{{{}}}", "urn:uuid:{}"])
def test_an_id_in_another_spelling_is_the_same(priya, thread, spelling):
    client_id = str(uuid.uuid4())
    first, _ = post_message(priya.user, thread.id, draft(client_id=spelling.format(client_id)))
    again, new = post_message(priya.user, thread.id, draft(client_id=client_id.replace("-", "")))
    assert (again.id, again.client_id, new) == (first.id, client_id, False)


def test_a_repeat_with_the_id_in_capitals_is_the_same_message(priya, thread):
    client_id = str(uuid.uuid4())
    first, _ = post_message(priya.user, thread.id, draft(client_id=client_id))
    again, new = post_message(priya.user, thread.id, draft(client_id=client_id.upper()))
    assert (again.id, new) == (first.id, False)


@pytest.mark.parametrize("change", [{"body": "Other."}, {"audience": "team"}, {"reply_to": 1}])
def test_the_same_id_with_other_content_is_a_conflict(change, priya, thread):
    once = {"client_id": str(uuid.uuid4()), "body": "Hello."}
    post_message(priya.user, thread.id, draft(**once))
    with pytest.raises(Conflict):
        post_message(priya.user, thread.id, draft(**once | change))
    assert stored(thread) == 1


def test_the_same_id_in_another_thread_is_a_conflict(office, thread):
    other = dialogue_of(contact(office.account, "Noor Haddad"))
    once = draft()
    post_message(office.admin, thread.id, once)
    with pytest.raises(Conflict):
        post_message(office.admin, other.id, once)
    assert stored(other) == 0


def test_two_people_may_use_the_same_id(priya, office, thread):
    once = draft()
    first, _ = post_message(priya.user, thread.id, once)
    second, new = post_message(office.admin, thread.id, once)
    assert new
    assert second.id != first.id


def test_a_repeat_is_answered_after_the_disconnect_but_a_new_send_is_refused(priya, thread):
    once = draft()
    first, _ = post_message(priya.user, thread.id, once)
    factories.disconnect(priya)
    assert post_message(priya.user, thread.id, once)[0].id == first.id
    with pytest.raises(Refused, match="disconnected"):
        post_message(priya.user, thread.id, draft())


def test_a_repeat_is_missing_once_the_thread_is_out_of_sight(office, thread):
    maya = factories.member(office.account)
    once = draft()
    post_message(maya, thread.id, once)
    factories.set_right(factories.tie_of(maya, office.account), "tenants", 0)
    with pytest.raises(Missing):
        post_message(maya, thread.id, once)


def test_what_is_wrong_with_the_text_is_told_last(priya, office, thread):
    """Missing, then the known id, then the refusal, then the text (SPEC 3)."""
    nothing = draft(" ")
    with pytest.raises(Missing):
        post_message(factories.person(), thread.id, nothing)
    factories.disconnect(priya)
    with pytest.raises(Refused):
        post_message(priya.user, thread.id, nothing)
    factories.connect(priya)
    with pytest.raises(Invalid):
        post_message(priya.user, thread.id, nothing)


@pytest.mark.parametrize("body", ["", " ", "\n\t ", "a\x00b", "half \ud83d", "x" * (LONGEST + 1)])
def test_a_text_that_cannot_be_stored_is_refused_with_a_sentence(body, priya, thread):
    with pytest.raises(Invalid) as refused:
        post_message(priya.user, thread.id, draft(body))
    assert set(refused.value.errors) == {"body"}
    assert stored(thread) == 0


@pytest.mark.parametrize(
    "body",
    [
        "👩‍👩‍👧 🏠",
        "שלום עולם",
        "<script>alert(1)</script> {{ 7 * 7 }}",
        "'; DROP TABLE message; --",
        "x" * LONGEST,
        "two\nlines",
    ],
)
def test_a_text_is_stored_as_it_was_written(body, priya, thread):
    message = say(priya.user, thread, body)
    assert View.load(priya.user, thread.id).message(message.id).body == body


@pytest.mark.parametrize("client_id", ["", "1", "x" * 36, "../../etc", "\x00"])
def test_an_id_that_is_no_uuid_is_refused(client_id, priya, thread):
    with pytest.raises(Invalid) as refused:
        post_message(priya.user, thread.id, draft(client_id=client_id))
    assert set(refused.value.errors) == {"client_id"}


def test_who_only_views_cannot_send(office, thread):
    viewer = factories.member(office.account, rights=VIEW)
    with pytest.raises(Refused):
        post_message(viewer, thread.id, draft())
    assert stored(thread) == 0


def test_an_audience_must_be_one_of_the_choices_and_theirs(office):
    request = factories.request_thread(office.place, office.admin)
    tenant = contact(office.account)
    pro = contact(office.account, "Alex Park", SERVICE_PRO)
    for tie in (tenant, pro):
        factories.share(request, tie)
    choices = {
        office.admin: ["everyone", "team", "tenants", "pros"],
        tenant.user: ["everyone", "tenants"],
        pro.user: ["everyone", "pros"],
    }
    for person, allowed in choices.items():
        assert View.load(person, request.id).audiences() == allowed
        for audience in ("everyone", "team", "tenants", "pros"):
            if audience in allowed:
                assert say(person, request, audience=audience)
            else:
                with pytest.raises(Refused):
                    say(person, request, audience=audience)
    with pytest.raises(Invalid):
        say(office.admin, request, audience="nobody")
    assert chain.faults(request.id) == []


def test_outside_of_requests_everybody_sees_everything(priya, office, thread):
    for person in (priya.user, office.admin):
        assert View.load(person, thread.id).audiences() == ["everyone"]
        with pytest.raises(Refused):
            say(person, thread, audience="team")


@pytest.mark.parametrize("audience", ["everyone", "tenants", "pros"])
def test_an_answer_cannot_reach_more_than_its_original(audience, office):
    request = factories.request_thread(office.place, office.admin)
    note = say(office.admin, request, "Between us.", audience="team")
    with pytest.raises(Invalid) as refused:
        post_message(office.admin, request.id, draft("Yes.", audience, reply_to=note.id))
    assert set(refused.value.errors) == {"audience"}
    kept, _ = post_message(office.admin, request.id, draft("Yes.", "team", reply_to=note.id))
    assert kept.reply_to_id == note.id


def test_one_cannot_answer_what_one_does_not_see(office):
    request = factories.request_thread(office.place, office.admin)
    tie = contact(office.account)
    before = say(office.admin, request, "Before you came.")
    factories.share(request, tie)
    note = say(office.admin, request, "Between us.", audience="team")
    elsewhere = say(tie.user, dialogue_of(tie))
    for seq in (before.id, note.id, elsewhere.id, 0, -1, 2**70):
        with pytest.raises(Invalid) as refused:
            post_message(tie.user, request.id, draft("What?", reply_to=seq))
        assert set(refused.value.errors) == {"reply_to"}


def test_a_member_of_the_team_writes_under_their_own_name(office, thread):
    maya = factories.member(office.account, role=SUB_ADMIN)
    say(maya, thread, "We are on our way.")
    seen = View.load(office.admin, thread.id).newest()[-1]
    assert (seen.author_name, seen.side) == ("Maya Chen", "team")


def stored(thread):
    return Message.select().where((Message.thread == thread) & (Message.kind == 0)).count()
