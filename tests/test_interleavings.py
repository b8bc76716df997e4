"""Any order of sends, changes, comings, goings and polls leaves every client right."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.connection import SERVICE_PRO, TENANT
from models.database import is_postgres
from models.errors import Missing, Refused
from models.posting import delete_message, edit_message
from models.view import View
from tests import factories
from tests.agreement import client_is_right
from tests.oracle import SIDES_OF
from tests.world import Client

PEOPLE = ("admin", "maya", "tenant", "pro")
CONTACTS = ("tenant", "pro")
STEPS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(PEOPLE), st.sampled_from(list(SIDES_OF))),
    st.tuples(st.sampled_from(["edit", "delete"]), st.sampled_from(PEOPLE)),
    st.tuples(
        st.sampled_from(["join", "join_widely", "leave", "disconnect"]), st.sampled_from(CONTACTS)
    ),
    st.tuples(st.sampled_from(["poll", "clear"]), st.sampled_from(PEOPLE)),
    st.tuples(st.sampled_from(["lose_right", "gain_right"])),
)


class Room:
    """A request's thread with two of the team and two contacts, each with a polling client.

    `heard` is what each was ever told, put down by hand: nobody may hold more.
    """

    def __init__(self, office):
        account = office.account
        self.thread = factories.request_thread(office.place, office.admin)
        self.people = {"admin": office.admin, "maya": factories.member(account)}
        self.ties = {}
        for name, role in (("tenant", TENANT), ("pro", SERVICE_PRO)):
            self.ties[name] = factories.contact(account, name.title(), role)
            self.people[name] = self.ties[name].user
        self.sides = {"tenant": "tenant", "pro": "service_pro"}
        self.maya = factories.tie_of(self.people["maya"], account)
        self.clients = {name: Client(self.people[name], self.thread.id) for name in PEOPLE}
        self.present, self.said = set(), {}
        self.heard = defaultdict(set)
        self.written = 0

    def say(self, name, audience):
        body = self._new_text()
        sent = factories.say(self.people[name], self.thread, body, audience)
        self._tell(sent.id, audience, body)

    def edit(self, name):
        seq, audience = self._newest_of(name)
        body = self._new_text()
        edit_message(self.people[name], self.thread.id, seq, body)
        self._tell(seq, audience, body)

    def delete(self, name):
        seq, _ = self._newest_of(name)
        delete_message(self.people[name], self.thread.id, seq)
        del self.said[seq]

    def join(self, name, earlier=False):
        if self.ties[name].state != "connected":
            factories.connect(self.ties[name])
            self.ties[name].state = "connected"
        factories.share(self.thread, self.ties[name], earlier)
        self.present.add(name)

    def join_widely(self, name):
        self.join(name, earlier=True)
        for audience, body in self.said.values():
            if self.sides[name] in SIDES_OF[audience]:
                self.heard[name].add(body)

    def leave(self, name):
        factories.unshare(self.thread, self.ties[name])
        self.present.discard(name)

    def disconnect(self, name):
        factories.disconnect(self.ties[name])
        self.ties[name].state = "disconnected"
        self.present.discard(name)

    def poll(self, name):
        self.clients[name].poll()

    def clear(self, name):
        View.load(self.people[name], self.thread.id)
        factories.clear(self.people[name], self.thread)

    def lose_right(self):
        factories.set_right(self.maya, "maintenance-requests", 0)

    def gain_right(self):
        factories.set_right(self.maya, "maintenance-requests", 2)

    def _new_text(self):
        self.written += 1
        return f"Text {self.written}."

    def _newest_of(self, name):
        seen = View.load(self.people[name], self.thread.id).newest()
        own = [m for m in seen if m.author_id == self.people[name].id and m.id in self.said]
        if not own:
            raise Missing
        return own[-1].id, own[-1].audience

    def _tell(self, seq, audience, body):
        self.said[seq] = (audience, body)
        for name in self.present:
            if self.sides[name] in SIDES_OF[audience]:
                self.heard[name].add(body)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=4, max_size=40))
def test_every_client_ends_equal_to_the_server_and_nobody_holds_more(steps, bound):
    room = Room(factories.office())
    for step, *arguments in steps[: 15 if is_postgres() else None]:
        try:
            getattr(room, step)(*arguments)
        except (Missing, Refused):
            continue  # not theirs to do at this moment
    for name, client in room.clients.items():
        assert client_is_right(client), name
    for name in CONTACTS:
        held = {seen.body for seen in room.clients[name].held.values() if seen.body}
        assert held <= room.heard[name]
