"""The steps of a random history that say, change and take back."""

import random
from collections.abc import Callable

from models.errors import Conflict, Invalid, Missing, Refused
from models.message import Message
from models.posting import Draft, delete_message, edit_message, post_message
from models.thread import Thread
from models.user import User
from tests import factories
from tests.oracle import EDITABLE_FOR, SIDES_OF, TEAM, Said, Topic
from tests.world import World


class Saying:
    """Each step asks the oracle first what the product must answer."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.oracle, self.random = world, world.oracle, chance
        self.sent: list[tuple[int, Topic, Draft, int]] = []
        self.dwelt_on: Topic | None = None

    def post(self) -> None:
        person, topic = self.somebody_somewhere()
        request = topic.kind == "maintenance"
        audience = self.random.choice(list(SIDES_OF)) if request else "everyone"
        known = [seq for seq in topic.log if self.random.random() < 0.1]
        reply = self.random.choice(known) if known else None
        body, mentions = f"Text {self.random.random()}", self._mentions(topic)
        body = " ".join([*(f"@{self.user(other).name}" for other in mentions), body])
        draft = factories.draft(body, audience, reply_to=reply, mentions=mentions)
        expected = self._answer(person, topic, audience, reply)
        able = self.oracle.mentionable(person, topic, audience, self.now)
        answer, message = self._send(person, topic, draft)
        assert answer == expected, (person, topic.kind, audience, reply, answer, expected)
        if message is not None:
            self.sent.append((person, topic, draft, message.id))
            said = _said(message, audience, body)
            said.mentions = set(mentions) & able
            self.oracle.say(topic, said)

    def repeat(self) -> None:
        """The same send again is the same message, whatever has changed since."""
        if not self.sent:
            return
        person, topic, draft, seq = self.random.choice(self.sent)
        answer, message = self._send(person, topic, draft)
        if not self.oracle.sees(person, topic, self.now):
            assert answer == "missing"
        else:
            assert message is not None
            assert (answer, message.id) == ("repeated", seq)

    def edit(self) -> None:
        person, topic, said = self._something_said()
        body = f"Edited {self.random.random()}"
        change = lambda: edit_message(self.user(person), topic.id, said.seq, body, self.now)  # noqa: E731
        message = self._change(person, topic, said, change)
        if message is not None:
            self.oracle.edit(topic, said.seq, message.version, body)

    def delete(self) -> None:
        person, topic, said = self._something_said()
        change = lambda: delete_message(self.user(person), topic.id, said.seq, self.now)  # noqa: E731
        message = self._change(person, topic, said, change)
        if message is not None:
            self.oracle.delete(topic, said.seq, message.version)

    def _mentions(self, topic: Topic) -> tuple[int, ...]:
        """Nobody mostly, else one of the thread or the team, or two; by id, many share a name."""
        ties = [tie for tie in self.oracle.ties if tie.account == topic.account]
        team = {tie.person for tie in ties if tie.role in TEAM}
        known = [user for user in self.world.users if user in topic.handed or user in team]
        if self.random.random() < 0.6 or len(known) < 2:
            return ()
        return tuple(self.random.sample(known, self.random.choice([1, 1, 2])))

    def _answer(self, person: int, topic: Topic, audience: str, reply: int | None) -> str:
        if not self.oracle.sees(person, topic, self.now):
            return "missing"
        if audience not in self.oracle.audiences(person, topic, self.now):
            return "refused"
        if reply is not None:
            if reply not in self.oracle.shown(person, topic, self.now):
                return "invalid"
            if SIDES_OF[audience] - SIDES_OF[topic.log[reply].audience]:
                return "invalid"
        return "stored"

    def _send(self, person: int, topic: Topic, draft: Draft) -> tuple[str, Message | None]:
        try:
            message, new = post_message(self.user(person), topic.id, draft, self.now)
        except (Missing, Invalid, Conflict, Refused) as refusal:
            return type(refusal).__name__.lower(), None
        return "stored" if new else "repeated", message

    def _something_said(self) -> tuple[int, Topic, Said]:
        topic = self.somewhere([topic for topic in self.oracle.topics.values() if topic.log])
        said = self.random.choice(list(topic.log.values())[-6:])
        own = said.author is not None and self.random.random() < 0.8
        return (said.author if own else self.anybody()), topic, said

    def _change(
        self, person: int, topic: Topic, said: Said, change: Callable[[], Message]
    ) -> Message | None:
        expected = "stored"
        if said.seq not in self.oracle.shown(person, topic, self.now):
            expected = "missing"
        elif (
            not self.oracle.audiences(person, topic, self.now)
            or said.author != person
            or said.is_event
            or said.deleted
            or self.now - said.at > EDITABLE_FOR
        ):
            expected = "refused"
        message, answer = None, "stored"
        try:
            message = change()
        except (Missing, Refused) as refusal:
            answer = type(refusal).__name__.lower()
        assert answer == expected, (person, topic.kind, said, answer, expected)
        return message

    # Who and where

    @property
    def now(self) -> int:
        return self.world.now

    def anybody(self) -> int:
        return self.random.choice(list(self.world.users))

    def somebody_somewhere(self) -> tuple[int, Topic]:
        """A thread and mostly somebody who sees it."""
        topic = self.somewhere(list(self.oracle.topics.values()))
        seeing = [one for one in self.world.users if self.oracle.sees(one, topic, self.now)]
        if seeing and self.random.random() < 0.85:
            return self.random.choice(seeing), topic
        return self.anybody(), topic

    def somewhere(self, topics: list[Topic]) -> Topic:
        """One of these threads; for a while the same one, so that things happen to it."""
        if self.dwelt_on not in topics or self.random.random() < 0.2:
            self.dwelt_on = self.random.choice(topics)
        return self.dwelt_on

    def user(self, person: int) -> User:
        return self.world.users[person]

    def thread(self, topic: Topic) -> Thread:
        return self.world.threads[topic.id]


def _said(message: Message, audience: str, body: str) -> Said:
    return Said(
        seq=message.id,
        author=message.author_id,
        audience=audience,
        is_event=False,
        at=message.created_at,
        version=message.version,
        body=body,
    )
