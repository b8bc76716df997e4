"""The small world of the random histories: the product's rows beside the oracle's objects."""

import random

from models import clock, sync
from models.connection import ADMIN, OWNER, SERVICE_PRO, SUB_ADMIN, TENANT, Connection
from models.database import last_seq
from models.errors import Missing
from models.message import EVENT, Message
from models.property import Property, Unit
from models.requests import sharing
from models.seen import SeenMessage
from models.team import RIGHTS
from models.thread import CHANNEL_OF_ROLE, ROLE_OF_SIDE, SIDE_OF_ROLE, Thread
from models.user import User
from models.view import PAGE, View
from tests import factories
from tests.oracle import Home, Oracle, Said, Tie, Topic


class Client:
    """A device that catches up on one thread by version."""

    def __init__(self, user: User, thread: int) -> None:
        self.user, self.thread = user, thread
        self.forget()

    def forget(self) -> None:
        self.held: dict[int, SeenMessage] = {}
        self.version, self.floor = -1, 0

    def poll(self, now: int | None = None) -> None:
        try:
            view = View.load(self.user, self.thread, now)
        except Missing:
            self.forget()
            return
        self.take(sync.changes(view, self.version))

    def take(self, answer: sync.Changes) -> None:
        """Place an answer; below the page it began with a client shows nothing."""
        if answer.reset:
            self.held = {}
            full = len(answer.messages) == PAGE
            self.floor = answer.messages[0].id if full else 0
        self.version = answer.version
        self.held |= {seen.id: seen for seen in answer.messages if seen.id >= self.floor}


class World:
    """An office with a team, contacts and threads; a second one with a foot in the first."""

    def __init__(self, chance: random.Random) -> None:
        self.now = clock.now()
        self.chance = chance
        self.oracle = Oracle()
        self.users: dict[int, User] = {}
        self.threads: dict[int, Thread] = {}
        self.requests: list[Topic] = []
        self.clients: dict[tuple[int, int], Client] = {}
        self.office = factories.office()
        self.oracle.managed.add(self.office.account.id)
        self.places: list[Property] = [self.office.place]
        self.places += [factories.property_of(self.office.account, "Elm Court") for _ in range(2)]
        self.units: list[Unit] = [factories.unit(place) for place in self.places]
        self._people()
        self._threads()

    def _people(self) -> None:
        account = self.office.account
        team = [self._known(factories.tie_of(self.office.admin, account))]
        for name, places in (("Maya Chen", None), ("Sam Okafor", self.places[:1])):
            user = factories.member(account, name, properties=places)
            team.append(self._known(factories.tie_of(user, account)))
            team[-1].works_for = None if places is None else {place.id for place in places}
        for role, count in ((TENANT, 3), (SERVICE_PRO, 2), (OWNER, 1)):
            for number in range(count):
                tie = self._contact(account.id, role)
                if role == TENANT and number < 2:
                    home = self.units[number]
                    tie.homes.append(Home(home.property_id, 0, clock.FOREVER))
                    factories.move_in(self.row(tie), home)
                self.connect(tie)
        other = factories.office("Elm Partners", "landlord")
        self._known(factories.tie_of(other.admin, other.account))
        # The first tenant is also a tenant of the other account, its admin one of this.
        self.connect(self._contact(other.account.id, TENANT, self.oracle.ties[3].person))
        self._contact(account.id, TENANT, other.admin.id)

    def _threads(self) -> None:
        account = self.office.account
        self.topic(factories.common_chat(account))
        one, other = self.oracle.ties[0], self.oracle.ties[1]
        chat = factories.personal_chat(account, self.users[one.person], self.users[other.person])
        topic = self.topic(chat)
        for tie, event in zip((one, other), self._told(topic), strict=True):
            self.oracle.join(topic, tie.person, "team", event)
        tenants = [tie for tie in self.oracle.ties if tie.homes]
        for place, tie in zip(self.places[:2], tenants, strict=True):
            thread = factories.request_thread(place, self.users[tie.person])
            self.requests.append(self.topic(thread, place=place.id))
            self.requests[-1].creator = tie.person
            sharing.share(self.office.admin, thread.request_id, [tie.id], at=self.now)
            self.join(self.requests[-1], tie)
        self.gather(TENANT, "conversation")

    def _contact(self, account: int, role: str, person: int | None = None) -> Tie:
        user = self.users[person] if person else factories.person(role.title())
        row = Connection.create(
            account=account, user=user, role=role, name=user.name, created_at=self.now
        )
        return self._known(row)

    def _known(self, row: Connection) -> Tie:
        self.users[row.user_id] = row.user
        tie = Tie(row.id, row.account_id, row.user_id, row.role)
        if row.role in (ADMIN, SUB_ADMIN):
            tie.connected = True
            tie.rights = dict.fromkeys(RIGHTS, 2)
            tie.since = {right.channel: right.since_seq for right in row.rights}
        self.oracle.ties.append(tie)
        return tie

    # What the steps do to both

    def row(self, tie: Tie) -> Connection:
        return Connection.get_by_id(tie.id)

    def topic(self, thread: Thread, contact: Tie | None = None, place: int | None = None) -> Topic:
        known = self.oracle.topics.get(thread.id)
        if known is None:
            known = Topic(thread.id, thread.account_id, thread.channel, thread.kind, contact, place)
            self.oracle.topics[thread.id] = known
            self.threads[thread.id] = thread
        return known

    def connect(self, tie: Tie) -> None:
        thread = factories.connect(self.row(tie), self.office.admin, self.now)
        tie.connected, tie.connected_at = True, self.now
        self.join(self.topic(thread, contact=tie), tie)

    def disconnect(self, tie: Tie) -> None:
        by = self.chance.choice([self.office.admin, self.users[tie.person]])
        team = [one for one in self.oracle.ties if one.role in (ADMIN, SUB_ADMIN)]
        before = {one.id: self._seen_by_right(one) for one in team}
        factories.disconnect(self.row(tie), by, self.now)
        tie.connected = False
        for topic in self.oracle.topics.values():
            if topic.account == tie.account and tie.person in topic.present:
                self.leave(topic, tie)
        # A group may come into sight of who works for a list when a member leaves it.
        for one in team:
            self._count_from_now(one, before[one.id])

    def hire(self, tie: Tie) -> None:
        factories.set_role(self.row(tie), SUB_ADMIN)
        Connection.update(state="connected").where(Connection.id == tie.id).execute()
        tie.role, tie.connected, tie.rights = SUB_ADMIN, True, {}
        for channel in RIGHTS:
            self.set_right(tie, channel, self.chance.choice([1, 2]))

    def set_right(self, tie: Tie, channel: str, level: int) -> None:
        before, begins = self._seen_by_right(tie), last_seq()
        factories.set_right(self.row(tie), channel, level, self.now)
        if not tie.rights.get(channel):
            tie.since[channel] = begins
        tie.rights[channel] = level
        self._count_from_now(tie, before)

    def set_list(self, tie: Tie, places: list[Property] | None) -> None:
        before = self._seen_by_right(tie)
        factories.set_list(self.row(tie), places, self.now)
        tie.works_for = None if places is None else {place.id for place in places}
        self._count_from_now(tie, before)

    def _seen_by_right(self, tie: Tie) -> list[Topic]:
        topics = [t for t in self.oracle.topics.values() if t.account == tie.account]
        return [topic for topic in topics if self.oracle.level(tie.person, topic, self.now)]

    def _count_from_now(self, tie: Tie, before: list[Topic]) -> None:
        """What appears by a right is not unread, however long ago it was said."""
        for topic in self._seen_by_right(tie):
            if topic not in before:
                kept = self.oracle.kept_of(tie.person, topic)
                kept.read = max(kept.read or 0, last_seq())

    def gather(self, role: str, kind: str) -> None:
        ties = [t for t in self.oracle.ties if t.connected and t.role == role]
        ties = [t for t in ties if t.account == self.office.account.id]
        ties = self.chance.sample(ties, min(2, len(ties)))
        rows = [self.row(tie) for tie in ties]
        group = factories.group(self.office.account, CHANNEL_OF_ROLE[role], kind, rows)
        topic = self.topic(group)
        for tie, event in zip(ties, self._told(topic), strict=True):
            self.oracle.join(topic, tie.person, role, event)

    def join(self, topic: Topic, tie: Tie) -> None:
        event = self._one_event(topic)
        self.oracle.join(topic, tie.person, ROLE_OF_SIDE[SIDE_OF_ROLE[tie.role]], event)

    def leave(self, topic: Topic, tie: Tie) -> None:
        event = self._one_event(topic)
        self.oracle.leave(topic, tie.person, event)

    def status_set(self, topic: Topic, status: str) -> None:
        event, was = self._one_event(topic), topic.status
        if status == "canceled":
            self.oracle.cancel(topic, event, self.now)
        elif was == "canceled":
            self.oracle.reopen(topic, status, event, self.now)
        else:
            topic.status = status
            self.oracle.say(topic, event)

    def _one_event(self, topic: Topic) -> Said:
        told = self._told(topic)
        assert len(told) == 1, f"{len(told)} events of one coming or going in {topic.kind}"
        return told[0]

    def _told(self, topic: Topic) -> list[Said]:
        """The events that the product has added since."""
        # Who reads an announcement is the team's to know.
        audience = "team" if topic.kind == "announcement" else "everyone"
        newer = (Message.thread == topic.id) & (Message.id > max(topic.log, default=0))
        return [
            Said(m.id, m.author_id, audience, True, m.created_at, m.version, "")
            for m in Message.select().where(newer & (Message.kind == EVENT)).order_by(Message.id)
        ]

    def client(self, person: int, topic: Topic) -> Client:
        key = (person, topic.id)
        if key not in self.clients:
            self.clients[key] = Client(self.users[person], topic.id)
        return self.clients[key]
