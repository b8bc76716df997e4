"""Random histories: every step is done by the product and told to the oracle."""

import random
from collections.abc import Callable

from models import administering
from models.account import LANDLORD, PROPERTY_MANAGER
from models.clock import DAY, FOREVER, HOUR, MINUTE, SECOND
from models.connection import OWNER, SERVICE_PRO, SUB_ADMIN, TEAM_ROLES, TENANT
from models.errors import Missing
from models.reading import set_read_position
from models.thread import (
    ANNOUNCEMENT,
    CHANNEL_OF_ROLE,
    CONVERSATION,
    MAINTENANCE,
    OWNERS,
    SERVICE_PROS,
    TEAM,
    TENANTS,
)
from tests import factories
from tests.oracle import Home, Tie, Topic
from tests.repairing import Repairing
from tests.world import World

SHARED = (CONVERSATION, ANNOUNCEMENT)
CHANNELS = (TEAM, TENANTS, SERVICE_PROS, OWNERS, MAINTENANCE)

WEIGHTS = {
    "connect": 4,
    "disconnect": 4,
    "post": 24,
    "repeat": 2,
    "edit": 8,
    "delete": 4,
    "share": 3,
    "unshare": 2,
    "share_request": 8,
    "unshare_request": 4,
    "set_status": 6,
    "gather": 1,
    "change_right": 3,
    "change_list": 3,
    "move": 3,
    "own": 1,
    "wait": 5,
    "switch_mode": 2,
    "read": 5,
    "clear": 2,
    "mark_unread": 1,
    "mute": 1,
    "hire": 2,
    "fire": 1,
    "poll": 12,
}


class History(Repairing):
    """One world and the steps taken in it; `weights` says which steps are how likely."""

    def __init__(self, seed: int, weights: dict[str, int] | None = None) -> None:
        chance = random.Random(seed)
        super().__init__(World(chance), chance)
        weights = weights or WEIGHTS
        self.steps: list[Callable[[], object]] = [getattr(self, name) for name in weights]
        self.weights = list(weights.values())

    def run(self, steps: int) -> None:
        for step in self.random.choices(self.steps, self.weights, k=steps):
            step()

    # Coming and going

    def connect(self) -> None:
        contacts = [t for t in self.oracle.ties if not t.connected and t.role != "admin"]
        if not contacts:
            return
        tie = self.random.choice(contacts)
        if tie.role == SUB_ADMIN:  # who left the team comes back as somebody's tenant
            tie.role, tie.rights = TENANT, {}
            factories.set_role(self.world.row(tie), TENANT)
        self.world.connect(tie)

    def disconnect(self) -> None:
        self._end([t for t in self.oracle.ties if t.connected and t.role not in TEAM_ROLES])

    def hire(self) -> None:
        """A former tenant or colleague joins the team."""
        away = [t for t in self.oracle.ties if not t.connected and t.role in (TENANT, SUB_ADMIN)]
        if away:
            self.world.hire(self.random.choice(away))
            self.change_right()

    def fire(self) -> None:
        self._end([t for t in self.oracle.ties if t.connected and t.role == SUB_ADMIN])

    def share(self) -> None:
        topic = self._shared_topic()
        tie = self._contact_of(topic)
        if tie is None:
            return
        earlier = self.random.random() < 0.4
        factories.share(self.thread(topic), self.world.row(tie), earlier, self.now)
        if tie.person not in topic.present:
            self.world.join(topic, tie)
        if earlier:
            self.oracle.widen(topic, tie.person)

    def unshare(self) -> None:
        topic = self._shared_topic()
        if not topic.present:
            return
        tie = self.oracle.tie(self.random.choice(list(topic.present)), topic.account)
        factories.unshare(self.thread(topic), self.world.row(tie), self.now)
        self.world.leave(topic, tie)

    def gather(self) -> None:
        kind = self.random.choice([CONVERSATION, ANNOUNCEMENT])
        self.world.gather(self.random.choice([TENANT, SERVICE_PRO, OWNER]), kind)

    def _end(self, ties: list[Tie]) -> None:
        if ties:
            self.world.disconnect(self.random.choice(ties))

    def _shared_topic(self) -> Topic:
        topics = self.oracle.topics.values()
        return self.somewhere([topic for topic in topics if topic.kind in SHARED])

    def _contact_of(self, topic: Topic) -> Tie | None:
        roles = [role for role, channel in CHANNEL_OF_ROLE.items() if channel == topic.channel]
        fitting = [
            tie
            for tie in self.oracle.ties
            if tie.account == topic.account and tie.connected and tie.role in roles
        ]
        return self.random.choice(fitting) if fitting else None

    # Rights, places, time

    def change_right(self) -> None:
        tie = self._colleague()
        channel, level = self.random.choice(CHANNELS), self.random.choice([0, 1, 2, 2])
        if tie:
            self.world.set_right(tie, channel, level)

    def change_list(self) -> None:
        tie, places = self._colleague(), self.world.places
        if tie:
            count = self.random.choice([None, 0, 1, 1, 2])
            self.world.set_list(tie, None if count is None else self.random.sample(places, count))

    def move(self) -> None:
        tenants = [tie for tie in self.oracle.ties if tie.role == TENANT]
        tie = self.random.choice(tenants)
        home = self.random.choice(self.world.units)
        starts = self.now + self.random.choice([-90, -30, -1, 0, 1, 30]) * DAY
        length = self.random.choice([None, 2, 20, 40])
        ends = FOREVER if length is None else starts + length * DAY
        tie.homes.append(Home(home.property_id, starts, ends))
        factories.move_in(self.world.row(tie), home, starts, ends)

    def own(self) -> None:
        tie = self.random.choice([tie for tie in self.oracle.ties if tie.role == OWNER])
        place = self.random.choice(self.world.places)
        if place.id not in tie.owns:
            tie.owns.add(place.id)
            factories.own(self.world.row(tie), place)

    def wait(self) -> None:
        spans = [SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 16 * MINUTE, HOUR, DAY, 25 * DAY]
        self.world.now += self.random.choice(spans)

    def switch_mode(self) -> None:
        account = self.world.office.account
        managed = self.oracle.managed
        mode = LANDLORD if account.id in managed else PROPERTY_MANAGER
        administering.switch_mode(self.world.office.admin, account.id, mode)
        managed.symmetric_difference_update({account.id})

    def _colleague(self) -> Tie | None:
        team = [tie for tie in self.oracle.ties if tie.role == SUB_ADMIN]
        return self.random.choice(team) if team else None

    # What somebody keeps for themselves

    def read(self) -> None:
        person, topic = self.somebody_somewhere()
        seq = self.random.choice([0, 2**40, *list(topic.log)[-6:]])
        try:
            set_read_position(self.user(person), topic.id, seq, self.now)
        except Missing:
            assert not self.oracle.sees(person, topic, self.now)
        else:
            assert self.oracle.sees(person, topic, self.now)
            self.oracle.read(person, topic, seq, self.now)

    def clear(self) -> None:
        person, topic = self.somebody_somewhere()
        if self.oracle.sees(person, topic, self.now):
            seq = factories.clear(self.user(person), self.thread(topic))
            self.oracle.kept_of(person, topic).cleared = seq

    def mark_unread(self) -> None:
        person, topic = self.somebody_somewhere()
        self.oracle.kept_of(person, topic).marked = True
        factories.keep(self.user(person), self.thread(topic), marked_unread=True)

    def mute(self) -> None:
        person, topic = self.somebody_somewhere()
        until = self.now + self.random.choice([0, 8 * HOUR])
        self.oracle.kept_of(person, topic).muted_until = until
        factories.keep(self.user(person), self.thread(topic), muted_until=until)

    def poll(self) -> None:
        person, topic = self.somebody_somewhere()
        self.world.client(person, topic).poll(self.now)
