"""Whoever changes the record behind its back is found (SPEC 3, "The record is provable")."""

import pytest

from models import chain
from models.clock import now
from models.message import ChainLink, Message, MessageEdition
from models.outbox import Outbox
from models.posting import delete_message, edit_message
from models.thread import AUDIENCES
from tests import factories
from tests.factories import contact, dialogue_of, say


@pytest.fixture
def office(bound):
    return factories.office()


@pytest.fixture
def priya(office):
    return contact(office.account)


@pytest.fixture
def thread(priya, office):
    """Four messages, one edited, one deleted, and the event of joining."""
    made, at = dialogue_of(priya), now()
    _, second, third, _ = [say(priya.user, made, f"Text {n}.", at=at) for n in range(4)]
    edit_message(priya.user, made.id, second.id, "Edited.", at)
    delete_message(priya.user, made.id, third.id, at)
    assert chain.faults(made.id) == []
    return made


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", "Something else."),
        ("author", None),
        ("subject", 1),
        ("created_at", 1),
        ("audience", AUDIENCES["team"]),
        ("deleted_version", 1),
    ],
)
def test_a_changed_message_is_found(column, value, thread):
    first = texts(thread)[0]
    Message.update({column: value}).where(Message.id == first.id).execute()
    assert chain.faults(thread.id)


def test_a_message_given_to_another_author_is_found(thread, office):
    Message.update(author=office.admin).where(Message.id == texts(thread)[0].id).execute()
    assert chain.faults(thread.id)


def test_a_changed_earlier_edition_is_found(thread):
    changed = MessageEdition.update(body="Never said.")
    assert changed.where(MessageEdition.message == texts(thread)[1]).execute() == 1
    assert chain.faults(thread.id)


def test_a_deletion_that_was_taken_back_is_found(thread):
    third = texts(thread)[2]
    Message.update(deleted_version=None).where(Message.id == third.id).execute()
    assert chain.faults(thread.id)


@pytest.mark.parametrize("column", ["at", "action", "commitment", "salt", "hash"])
def test_a_changed_link_is_found(column, thread):
    value = {"at": 1, "action": "delete", "salt": b"pepper"}.get(column, "0" * 64)
    first = links(thread)[0]
    ChainLink.update({column: value}).where(ChainLink.version == first.version).execute()
    assert chain.faults(thread.id)


@pytest.mark.parametrize("index", [0, 2, -2, -1])
def test_a_removed_link_is_found(index, thread):
    links(thread)[index].delete_instance()
    assert chain.faults(thread.id)


def test_a_message_removed_with_its_link_is_found(thread):
    first = texts(thread)[0]
    Outbox.delete().where(Outbox.message == first).execute()
    ChainLink.delete().where(ChainLink.message == first).execute()
    first.delete_instance()
    assert chain.faults(thread.id)


def test_swapped_links_are_found(thread):
    one, other = links(thread)[1:3]
    columns = ("message", "action", "at", "salt", "commitment", "hash")
    values = {name: getattr(one, name) for name in columns}
    for name in columns:
        setattr(one, name, getattr(other, name))
        setattr(other, name, values[name])
    one.save()
    other.save()
    assert chain.faults(thread.id)


def test_an_erased_text_leaves_a_whole_chain(thread):
    second = texts(thread)[1]
    ChainLink.update(salt=None).where(ChainLink.message == second).execute()
    Message.update(body="", request_hash="").where(Message.id == second.id).execute()
    MessageEdition.update(body="").where(MessageEdition.message == second).execute()
    assert chain.faults(thread.id) == []


def test_every_audience_has_a_chain_of_its_own(office):
    request = factories.request_thread(office.place, office.admin)
    start = {name: chain.head(request.id, mask) for name, mask in AUDIENCES.items()}
    assert len(set(start.values())) == len(AUDIENCES)
    say(office.admin, request, "Between us.", audience="team")
    moved = {
        name for name, mask in AUDIENCES.items() if chain.head(request.id, mask) != start[name]
    }
    assert moved == {"team"}


def test_the_same_text_twice_gives_two_commitments(thread, priya):
    at = now()
    one, other = (say(priya.user, thread, "Yes.", at=at) for _ in range(2))
    committed = [link.commitment for link in links(thread) if link.message_id in (one.id, other.id)]
    assert len(set(committed)) == 2


def texts(thread):
    query = Message.select().where((Message.thread == thread) & (Message.kind == 0))
    return list(query.order_by(Message.id))


def links(thread):
    return list(ChainLink.select().where(ChainLink.thread == thread).order_by(ChainLink.version))
