"""Many at once is a normal case: nothing is missed, doubled or shown to the wrong ones."""

import itertools
import random
import threading
from functools import partial

import pytest

from models import administering, chain, database, leaving, posting, record
from models.account import LANDLORD
from models.connection import OWNER
from models.errors import Conflict, Refused
from models.message import Message
from models.posting import edit_message, post_message
from models.thread import AccessWindow, Thread
from models.view import View
from tests import factories
from tests.agreement import client_is_right
from tests.factories import contact, dialogue_of, draft, say
from tests.together import at_once, until
from tests.world import Client

SENDS = 12


class Crowd:
    """Eight writers in one dialogue, clients that catch up, and a contact who comes and goes."""

    def __init__(self, office, priya, thread):
        self.office, self.priya, self.thread = office, priya, thread
        team = [factories.member(office.account, f"Member {number}") for number in range(6)]
        self.writers = [*team, priya.user, priya.user]
        self.clients = [Client(person, thread.id) for person in (office.admin, team[0], priya.user)]
        self.still_writing = set(range(len(self.writers)))
        self.sent = set()

    def meet(self):
        writing = [partial(self.write, number) for number in self.still_writing]
        at_once(*writing, *[partial(self.poll, one) for one in self.clients], self.come_and_go)

    def write(self, writer):
        try:
            for number in range(SENDS):
                self.send(writer, f"Text {writer}-{number}.")
        finally:
            self.still_writing.discard(writer)

    def send(self, writer, body):
        person, once = self.writers[writer], draft(body)
        try:
            message, _ = post_message(person, self.thread.id, once)
            self.sent.add(message.id)
            if random.random() < 0.3:
                edit_message(person, self.thread.id, message.id, f"{body} Edited.")
        except Refused:
            return  # the contact is away
        again, new = post_message(person, self.thread.id, once)
        assert (again.id, new) == (message.id, False)

    def poll(self, client):
        while self.still_writing:
            before = client.version
            client.poll()
            assert client.version >= before

    def come_and_go(self):
        while self.still_writing:
            leaving.disconnect(self.office.admin, self.priya.id)
            factories.connect(self.priya)


def test_who_catches_up_misses_nothing_while_many_write_and_the_contact_comes_and_goes(
    office, priya, thread
):
    crowd = Crowd(office, priya, thread)
    crowd.meet()
    assert all(client_is_right(client) for client in crowd.clients)
    of_admin, _, of_contact = [client.held for client in crowd.clients]
    assert crowd.sent == {seq for seq, seen in of_admin.items() if not seen.is_event}
    assert chain.faults(thread.id) == []
    # Nothing slipped past a disconnect, neither from the contact nor to them.
    spans = View.load(priya.user, thread.id).spans
    theirs = {seq for seq in crowd.sent if of_admin[seq].author_id == priya.user_id}
    for seq in theirs | set(of_contact):
        assert any(span.from_seq <= seq <= span.to_seq for span in spans)
    ends = [(span.from_seq, span.to_seq) for span in spans]
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(ends))


def test_one_send_arriving_eight_times_at_once_is_stored_once(priya, thread):
    for _ in range(3):
        once = draft()
        answers = at_once(*[partial(post_message, priya.user, thread.id, once)] * 8)
        assert len({message.id for message, _ in answers}) == 1
        assert [new for _, new in answers].count(True) == 1
        assert Message.select().where(Message.client_id == once.client_id).count() == 1


def test_one_id_sent_into_two_threads_at_once_is_stored_in_one(office, thread):
    other = dialogue_of(contact(office.account, "Noor Haddad"))

    def send(where, once):
        try:
            return post_message(office.admin, where.id, once)[0].id
        except Conflict:
            return None

    for _ in range(3):
        once, places = draft(), [thread, other] * 4
        answers = at_once(*[partial(send, where, once) for where in places])
        (stored,) = Message.select().where(Message.client_id == once.client_id)
        assert answers == [stored.id if one.id == stored.thread_id else None for one in places]
    assert chain.faults(thread.id) + chain.faults(other.id) == []


class HeldUp:
    """A send that was let through at first, and waits before its lock while things happen."""

    def __init__(self, monkeypatch):
        self.waits, self.happened = threading.Event(), threading.Event()
        self.check = posting._checked_body
        monkeypatch.setattr(posting, "_checked_body", self.wait)

    def wait(self, body, **how):
        if not self.waits.is_set():
            self.waits.set()
            until(self.happened)
        return self.check(body, **how)

    def meanwhile(self, *acts):
        until(self.waits)
        for act in acts:
            act()
        self.happened.set()


def test_a_message_does_not_slip_past_a_disconnect(priya, thread, monkeypatch):
    held_up = HeldUp(monkeypatch)

    def send():
        with pytest.raises(Refused):
            say(priya.user, thread)

    leave = partial(leaving.disconnect, priya.user, priya.id)
    at_once(send, partial(held_up.meanwhile, leave))
    assert Message.select().where(Message.kind == 0).count() == 0


def test_an_owners_message_does_not_slip_past_a_change_of_mode(office, monkeypatch):
    helen = contact(office.account, "Helen Archer", OWNER)
    held_up = HeldUp(monkeypatch)

    def send():
        with pytest.raises(Refused):
            say(helen.user, dialogue_of(helen))

    switch = partial(administering.switch_mode, office.admin, office.account.id, LANDLORD)
    at_once(send, partial(held_up.meanwhile, switch))
    assert Message.select().where(Message.kind == 0).count() == 0


def test_a_repeat_on_its_way_is_answered_although_they_left_meanwhile(priya, thread, monkeypatch):
    held_up = HeldUp(monkeypatch)
    send = partial(post_message, priya.user, thread.id, draft())
    leave = partial(leaving.disconnect, priya.user, priya.id)
    (_, new), _ = at_once(send, partial(held_up.meanwhile, send, leave))
    assert not new
    assert Message.select().where(Message.kind == 0).count() == 1


def test_connecting_four_times_at_once_opens_one_window_in_one_thread(office):
    for _ in range(3):
        tie = contact(office.account, state="disconnected")
        at_once(*[partial(factories.connect, tie)] * 4)
        mine = AccessWindow.connection == tie
        opened = AccessWindow.select().where(mine & (AccessWindow.to_seq == database.OPEN))
        assert opened.count() == 1
        assert Thread.select().where(Thread.contact == tie).count() == 1


class Overtaking:
    """One send is held up right after it took its number; another one tries to pass it."""

    def __init__(self, office, priya, thread, monkeypatch):
        self.office, self.priya, self.thread = office, priya, thread
        self.client = Client(office.admin, thread.id)
        self.client.poll()
        self.lock, self.own = record.lock_thread, threading.local()
        self.numbered, self.passed = threading.Event(), threading.Event()
        monkeypatch.setattr(record, "next_seq", lambda: self.own.number)

    def lock_then_number(self, thread):
        found = self.lock(thread)
        self.take_number()
        return found

    def number_then_lock(self, thread):
        self.take_number()
        if self.own.slow:
            until(self.passed)
        return self.lock(thread)

    def take_number(self):
        self.own.number = database.next_seq()
        self.numbered.set()

    def happen(self):
        return at_once(self.send_slowly, self.pass_and_catch_up)

    def send_slowly(self):
        self.own.slow = True
        return say(self.priya.user, self.thread, "First.").id

    def pass_and_catch_up(self):
        until(self.numbered)
        self.own.slow = False
        seq = say(self.office.admin, self.thread, "Second.").id
        self.client.poll()
        self.passed.set()
        return seq


def test_numbers_of_a_thread_are_committed_in_their_order(office, priya, thread, monkeypatch):
    race = Overtaking(office, priya, thread, monkeypatch)
    monkeypatch.setattr(posting, "lock_thread", race.lock_then_number)
    first, second = race.happen()
    race.client.poll()
    assert first < second
    assert {first, second} <= set(race.client.held)


@pytest.mark.postgres
def test_a_number_taken_before_the_lock_would_be_missed(request, monkeypatch):
    """Teeth: the same race, planted the wrong way round, does lose a message."""
    database.connect_to(request.getfixturevalue("postgres_url"))
    with database.db.connection_context():
        office = factories.office()
        priya = contact(office.account)
        race = Overtaking(office, priya, dialogue_of(priya), monkeypatch)
        monkeypatch.setattr(posting, "lock_thread", race.number_then_lock)
        first, second = race.happen()
        race.client.poll()
        assert first < second
        assert first not in race.client.held
    database.db.obj.close_all()
