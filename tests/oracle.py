"""A naive second opinion on who sees what, to hold against the policy (MODEL 8).

Delivery instead of windows: each message, edition and deletion is handed at its moment to
who is in the thread then; the team's rights are looked up in plain loops when asked. Nothing
here reads the database or knows an interval. Numbers (seq, version) are labels given by the
product; people are user ids.
"""

from dataclasses import dataclass, field

FOREVER = 2**63 - 1
EDITABLE_FOR = 15 * 60 * 1000
SIDES_OF = {
    "everyone": {"team", "tenant", "service_pro", "owner"},
    "team": {"team"},
    "tenants": {"team", "tenant"},
    "pros": {"team", "service_pro"},
}

TEAM = ("admin", "sub_admin")


@dataclass
class Home:
    place: int
    starts: int
    ends: int


@dataclass
class Tie:
    """What ties a person to an account."""

    id: int
    account: int
    person: int
    role: str
    connected: bool = False
    rights: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    works_for: set[int] | None = None  # None: all properties
    connected_at: int = 0
    homes: list[Home] = field(default_factory=list)
    owns: set[int] = field(default_factory=set)


@dataclass
class Said:
    seq: int
    author: int | None
    audience: str
    is_event: bool
    at: int
    version: int
    body: str
    deleted: bool = False
    mentions: set[int] = field(default_factory=set)


@dataclass
class Copy:
    """A message as handed to somebody; unread counts it only after `since`."""

    said: Said
    version: int
    body: str
    since: int


@dataclass
class Stay:
    side: str
    since: int


@dataclass
class Topic:
    """A thread: what was said, who is in it now, and what each was ever handed."""

    id: int
    account: int
    channel: str
    kind: str
    contact: Tie | None = None
    place: int | None = None
    log: dict[int, Said] = field(default_factory=dict)
    present: dict[int, Stay] = field(default_factory=dict)
    handed: dict[int, dict[int, Copy]] = field(default_factory=dict)
    # Of a request: what it is now, what it was when somebody went, and whom a canceling sent away.
    creator: int | None = None
    status: str = "new"
    frozen: dict[int, str] = field(default_factory=dict)
    sent_away: dict[int, str] = field(default_factory=dict)
    canceled_at: int = 0


@dataclass
class Kept:
    read: int | None = None
    cleared: int = 0
    marked: bool = False
    muted_until: int = 0


class Oracle:
    """What everybody should see, built up by telling it what happened."""

    def __init__(self) -> None:
        self.managed: set[int] = set()  # accounts in Property Manager mode
        self.ties: list[Tie] = []
        self.topics: dict[int, Topic] = {}
        self.kept: dict[tuple[int, int], Kept] = {}

    # What happens

    def say(self, topic: Topic, said: Said) -> None:
        topic.log[said.seq] = said
        for person, stay in topic.present.items():
            if stay.side in SIDES_OF[said.audience]:
                copy = Copy(said, said.version, said.body, stay.since)
                topic.handed[person][said.seq] = copy

    def edit(self, topic: Topic, seq: int, version: int, body: str) -> None:
        said = topic.log[seq]
        said.version, said.body, said.mentions = version, body, set()
        for person, stay in topic.present.items():
            copy = topic.handed[person].get(seq)
            if copy and stay.side in SIDES_OF[said.audience]:
                copy.version, copy.body = version, body

    def delete(self, topic: Topic, seq: int, version: int) -> None:
        said = topic.log[seq]
        said.deleted, said.version, said.body = True, version, ""
        for copies in topic.handed.values():
            if seq in copies:  # a deletion reaches also who has left
                copies[seq].version, copies[seq].body = version, ""

    def join(self, topic: Topic, person: int, side: str, event: Said) -> None:
        topic.present[person] = Stay(side, event.seq)
        topic.handed.setdefault(person, {})
        self.say(topic, event)

    def leave(self, topic: Topic, person: int, event: Said) -> None:
        self.say(topic, event)
        topic.frozen[person] = topic.status
        del topic.present[person]

    def widen(self, topic: Topic, person: int) -> None:
        stay = topic.present[person]
        topic.handed[person] = {
            said.seq: Copy(said, said.version, said.body, stay.since)
            for said in topic.log.values()
            if stay.side in SIDES_OF[said.audience]
        }

    def cancel(self, topic: Topic, event: Said, now: int) -> None:
        topic.status, topic.canceled_at = "canceled", now
        self.say(topic, event)
        topic.sent_away = {person: stay.side for person, stay in topic.present.items()}
        topic.frozen |= dict.fromkeys(topic.present, "canceled")
        topic.present.clear()

    def reopen(self, topic: Topic, status: str, event: Said, now: int) -> None:
        """Whom the canceling sent away comes back, unless they were away from the account too.

        A tenant who has moved comes back only if they submitted it.
        """
        topic.status = status
        for person, side in topic.sent_away.items():
            tie = self.tie(person, topic.account)
            stays = side != "tenant" or person == topic.creator or lives_in(tie, topic.place, now)
            if tie.connected and tie.connected_at <= topic.canceled_at and stays:
                topic.present[person] = Stay(side, event.seq)
        self.say(topic, event)

    # Who is on the team, and what of it is theirs

    def tie(self, person: int, account: int) -> Tie | None:
        for tie in self.ties:
            if tie.person == person and tie.account == account:
                return tie
        return None

    def level(self, person: int, topic: Topic, now: int) -> int:
        """The team's right in a thread: 0 none, 1 view, 2 manage."""
        tie = self.tie(person, topic.account)
        if tie is None or not tie.connected or tie.role not in TEAM:
            return 0
        if person in topic.handed or topic.kind == "personal":
            return 0
        if topic.channel == "owners" and topic.account not in self.managed:
            return 0
        return tie.rights.get(topic.channel, 0) if self._in_list(tie, topic, now) else 0

    def _in_list(self, tie: Tie, topic: Topic, now: int) -> bool:
        if tie.works_for is None or topic.kind == "team" or topic.channel == "service-pros":
            return True
        if topic.kind == "dialogue":
            return _works_for(tie.works_for, topic.contact, now)
        if topic.kind == "maintenance":
            return topic.place in tie.works_for
        members = [self.tie(person, topic.account) for person in topic.present]
        return bool(members) and all(_works_for(tie.works_for, one, now) for one in members)

    # What somebody sees and may do

    def sees(self, person: int, topic: Topic, now: int) -> bool:
        return person in topic.handed or self.level(person, topic, now) > 0

    def shown(self, person: int, topic: Topic, now: int) -> dict[int, Copy]:
        cleared = self.kept_of(person, topic).cleared
        if person in topic.handed:
            copies = topic.handed[person]
        elif self.level(person, topic, now):
            since = self.tie(person, topic.account).since[topic.channel]
            copies = {s.seq: Copy(s, s.version, s.body, since) for s in topic.log.values()}
        else:
            copies = {}
        return {seq: copy for seq, copy in sorted(copies.items()) if seq > cleared}

    def status(self, person: int, topic: Topic, now: int) -> str | None:
        """The status of a request as somebody may know it; None when it is not theirs."""
        if person in topic.present or self.level(person, topic, now):
            return topic.status
        return topic.frozen.get(person)

    def works_for(self, me: Tie, contact: Tie, now: int) -> bool:
        """Whether a contact lies within the list of properties of one of the team."""
        pro = contact.role == "service_pro"
        return me.works_for is None or pro or _works_for(me.works_for, contact, now)

    def unread(self, person: int, topic: Topic, now: int) -> int:
        kept, number = self.kept_of(person, topic), 0
        for seq, copy in self.shown(person, topic, now).items():
            said = copy.said
            others = not said.is_event and not said.deleted and said.author != person
            if others and seq > (copy.since if kept.read is None else kept.read):
                number += 1
        return min(number, 100) or int(kept.marked)

    def mentionable(self, person: int, topic: Topic, audience: str, now: int) -> set[int]:
        """Whom somebody can mention in what they write to an audience."""
        found = set()
        for other in {tie.person for tie in self.ties} - {person}:
            stay = topic.present.get(other)
            inside = stay and stay.side in SIDES_OF[audience] and topic.kind != "announcement"
            if inside or self.level(other, topic, now):
                found.add(other)
        return found

    def mentioned(self, person: int, topic: Topic, now: int) -> bool:
        """Whether something unread mentions them."""
        kept = self.kept_of(person, topic)
        return any(
            person in copy.said.mentions
            and not copy.said.deleted
            and seq > (copy.since if kept.read is None else kept.read)
            for seq, copy in self.shown(person, topic, now).items()
        )

    def live(self, person: int, topic: Topic, now: int) -> bool:
        in_it = person in topic.present or self.level(person, topic, now) > 0
        return in_it and not _ended(topic)

    def counted(self, person: int, topic: Topic, now: int) -> int:
        muted = self.kept_of(person, topic).muted_until > now
        return 0 if muted or not self.live(person, topic, now) else self.unread(person, topic, now)

    def audiences(self, person: int, topic: Topic, now: int) -> set[str]:
        """To whom they may write; nobody when they may not."""
        if _ended(topic):
            return set()
        request = topic.kind == "maintenance"
        if person not in topic.handed:
            everything = set(SIDES_OF) if request else {"everyone"}
            return everything if self.level(person, topic, now) == 2 else set()
        silent = topic.kind == "announcement" or (
            topic.channel == "owners" and topic.account not in self.managed
        )
        alone = topic.kind == "personal" and len(topic.present) < 2
        if person not in topic.present or silent or alone:
            return set()
        own = {"tenant": {"tenants"}, "service_pro": {"pros"}}
        side = topic.present[person].side
        return {"everyone"} | (own.get(side, set()) if request else set())

    def read(self, person: int, topic: Topic, seq: int, now: int) -> None:
        kept = self.kept_of(person, topic)
        seq = min(seq, max(self.shown(person, topic, now), default=0))
        if seq > (self._begun(person, topic) if kept.read is None else kept.read):
            kept.read = seq
        kept.marked = False

    def _begun(self, person: int, topic: Topic) -> int:
        if person in topic.handed:
            # To a reader of an announcement nothing may have been handed yet.
            return min((copy.since for copy in topic.handed[person].values()), default=0)
        return self.tie(person, topic.account).since[topic.channel]

    def kept_of(self, person: int, topic: Topic) -> Kept:
        return self.kept.setdefault((person, topic.id), Kept())


def lives_in(tie: Tie, place: int | None, now: int) -> bool:
    return any(home.place == place and home.starts <= now < home.ends for home in tie.homes)


def _ended(topic: Topic) -> bool:
    """A dialogue is over while its contact is not connected, or is on the team now."""
    contact = topic.contact
    return contact is not None and (not contact.connected or contact.role in TEAM)


def _works_for(places: set[int], contact: Tie, now: int) -> bool:
    current = [home for home in contact.homes if home.starts <= now < home.ends]
    latest = max((home.starts for home in contact.homes), default=None)
    homes = current or [home for home in contact.homes if home.starts == latest]
    return any(home.place in places for home in homes) or bool(contact.owns & places)
