"""The steps of a random history about maintenance requests: sharing, leaving, statuses."""

from collections.abc import Callable

from models.connection import SERVICE_PRO, TENANT
from models.errors import Conflict, Invalid, Missing, Refused
from models.maintenance import STATUSES
from models.requests import sharing, statuses
from models.thread import CHANNEL_OF_ROLE
from tests.oracle import Tie, Topic, lives_in
from tests.saying import Saying


class Repairing(Saying):
    """As in Saying, each step asks the oracle first what the product must answer."""

    def share_request(self) -> None:
        topic = self.somewhere(self.world.requests)
        person, tie = self._somebody_of(topic), self._contact()
        earlier = self.random.random() < 0.4
        expected = self._sharing(person, topic, tie)
        request = self.thread(topic).request_id
        answer = answered(
            lambda: sharing.share(self.user(person), request, [tie.id], earlier, self.now)
        )
        assert answer == expected, (person, topic, tie, answer, expected)
        if answer == "stored" and tie.person not in topic.present:
            self.world.join(topic, tie)
            if earlier:
                self.oracle.widen(topic, tie.person)

    def unshare_request(self) -> None:
        topic = self.somewhere(self.world.requests)
        if not topic.present:
            return
        tie = self.oracle.tie(self.random.choice(list(topic.present)), topic.account)
        request = self.thread(topic).request_id
        if topic.present[tie.person].side == SERVICE_PRO and self.random.random() < 0.5:
            sharing.decline(self.user(tie.person), request, self.now)
        else:
            sharing.unshare(self.world.office.admin, request, tie.id, self.now)
        self.world.leave(topic, tie)

    def set_status(self) -> None:
        topic = self.somewhere(self.world.requests)
        person, status = self._somebody_of(topic), self.random.choice(STATUSES)
        was = self.oracle.status(person, topic, self.now) or "new"
        if self.random.random() < 0.1:
            was = self.random.choice(STATUSES)
        expected = self._setting(person, topic, status, was)
        request = self.thread(topic).request_id
        answer = answered(
            lambda: statuses.set_status(self.user(person), request, status, was, self.now)
        )
        assert answer == expected, (person, topic, status, was, answer, expected)
        if answer == "stored":
            self.world.status_set(topic, status)

    def _somebody_of(self, topic: Topic) -> int:
        seeing = [one for one in self.world.users if self.oracle.sees(one, topic, self.now)]
        likely = seeing and self.random.random() < 0.9
        return self.random.choice(seeing) if likely else self.anybody()

    def _contact(self) -> Tie:
        """Mostly somebody with whom a request can be shared."""
        ties = self.oracle.ties
        fitting = [tie for tie in ties if tie.connected and tie.role in (TENANT, SERVICE_PRO)]
        return self.random.choice(fitting if fitting and self.random.random() < 0.9 else ties)

    def _sharing(self, person: int, topic: Topic, tie: Tie) -> str:
        if not self.oracle.sees(person, topic, self.now):
            return "missing"
        if self.oracle.level(person, topic, self.now) < 2 or topic.status == "canceled":
            return "refused"
        if tie.person in topic.present and tie.account == topic.account:
            return "stored"
        lives_there = lives_in(tie, topic.place, self.now)
        fits = tie.role == SERVICE_PRO or (tie.role == TENANT and lives_there)
        if not (tie.connected and tie.account == topic.account and fits):
            return "invalid"
        me = self.oracle.tie(person, topic.account)
        knows = me.rights.get(CHANNEL_OF_ROLE[tie.role], 0) and self.oracle.works_for(
            me, tie, self.now
        )
        return "stored" if knows else "invalid"

    def _setting(self, person: int, topic: Topic, status: str, was: str) -> str:
        now = self.oracle.status(person, topic, self.now)
        if now is None:
            return "missing"
        if now != was:
            return "conflict"
        return "stored" if status in self._may_set(person, topic) - {now} else "refused"

    def _may_set(self, person: int, topic: Topic) -> set[str]:
        if person not in topic.handed:
            return set(STATUSES) if self.oracle.level(person, topic, self.now) == 2 else set()
        if person not in topic.present or topic.status in ("resolved", "canceled"):
            return set()
        if topic.present[person].side == SERVICE_PRO:
            return {"in_progress", "in_review", "resolved"}
        return {"canceled"} if person == topic.creator else set()


def answered(act: Callable[[], object]) -> str:
    """How the product answers an act: "stored", or by the name of its refusal."""
    try:
        act()
    except (Missing, Invalid, Conflict, Refused) as refusal:
        return type(refusal).__name__.lower()
    return "stored"
