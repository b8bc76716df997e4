"""A simple model of one account and everybody around it, to hold against what people are shown.

It knows no windows, no versions and no queries: every text is handed to who is there when it is
said, and what the team sees is looked up in plain sentences of SPEC 1 and 2.
"""

from dataclasses import dataclass, field

NONE, VIEW, MANAGE = 0, 1, 2
CHANNEL = {"tenant": "tenants", "service_pro": "service-pros", "owner": "owners"}
LEVELS = (*CHANNEL.values(), "contacts")
ALWAYS = 2**63
COMMON = "Team chat"
"""What the common chat of the team is called."""


@dataclass
class Said:
    """One text, by whom, with its place in the order, and whom it mentions."""

    seq: int
    author: str
    text: str
    mentions: frozenset[str] = frozenset()


@dataclass
class Topic:
    """A conversation of contacts of one role, and who of them was handed what.

    `left` is up to where somebody was there, ALWAYS while they are.
    """

    role: str
    thread: int | None = None
    said: list[Said] = field(default_factory=list)
    handed: dict[str, set[int]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def present(self) -> set[str]:
        return {who for who, until in self.left.items() if until == ALWAYS}

    def enter(self, who: str) -> None:
        self.left[who] = ALWAYS

    def leave(self, who: str, now: int) -> None:
        if who in self.present:
            self.left[who] = now


@dataclass
class Neighbour(Topic):
    """A contact, and the conversation they have with the account once they joined."""

    name: str = ""
    place: str | None = None
    state: str = "not_connected"
    asked: bool = False
    asked_in_vain: bool = False

    @property
    def connected(self) -> bool:
        return self.state == "connected"

    @property
    def may_be_asked(self) -> bool:
        """An invitation that was not accepted can be repeated a day later at the earliest."""
        return not (self.connected or self.asked or self.asked_in_vain)


@dataclass
class Group(Topic):
    """Several contacts of one role; one that `follows` holds all of them who are connected.

    `met` are the pairs of those who were in it together.
    """

    title: str = ""
    announces: bool = False
    follows: bool = False
    met: set[frozenset[str]] = field(default_factory=set)

    def enter(self, who: str) -> None:
        super().enter(who)
        self.met |= {frozenset((who, other)) for other in self.present - {who}}


@dataclass
class Chat(Topic):
    """One of the team's own: for these colleagues, and nobody who keeps their contacts."""

    members: frozenset[str] = frozenset()


@dataclass
class Colleague:
    """Somebody on the team: a level for each channel, and the places they work for."""

    name: str
    levels: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, MANAGE))
    places: set[str] | None = None
    since: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))


class Town:
    """Who is there, and what each of them should see."""

    def __init__(self, colleagues: list[Colleague], neighbours: list[Neighbour]) -> None:
        self.colleagues = {one.name: one for one in colleagues}
        self.neighbours = {one.name: one for one in neighbours}
        self.groups: dict[str, Group] = {}
        self.chats: dict[str, Chat] = {}
        self.has_owners = True
        self.photos: set[str] = set()
        self.read: dict[tuple[str, str], int] = {}
        self.marked: set[tuple[str, str]] = set()
        self.muted: set[tuple[str, str]] = set()

    @property
    def topics(self) -> dict[str, Topic]:
        """Every conversation that is there, by whom or what it is called."""
        dialogues = {of: one for of, one in self.neighbours.items() if one.thread}
        return dialogues | self.groups | self.chats

    # What is whose

    def level(self, who: str, of: str) -> int:
        """What a colleague may with a neighbour, whether there is a conversation or not."""
        other = self.neighbours[of]
        return self._level_in(who, other.role) if self._works_for(who, other) else NONE

    def _level_in(self, who: str, role: str) -> int:
        one = self.colleagues.get(who)
        hidden = role == "owner" and not self.has_owners
        return NONE if one is None or hidden else one.levels[CHANNEL[role]]

    def _works_for(self, who: str, other: Neighbour) -> bool:
        places = self.colleagues[who].places if who in self.colleagues else None
        return places is None or other.role == "service_pro" or other.place in places

    def level_of(self, who: str, of: str) -> int:
        """What a colleague may in a conversation; in a group only with everybody in it."""
        if of in self.neighbours:
            return self.level(who, of)
        if of in self.chats:
            return MANAGE if who in self.chats[of].members else NONE
        group, one = self.groups[of], self.colleagues.get(who)
        inside = [self.neighbours[name] for name in group.present]
        anywhere = one is not None and (one.places is None or group.role == "service_pro")
        theirs = inside and all(self._works_for(who, other) for other in inside)
        return self._level_in(who, group.role) if anywhere or theirs else NONE

    def knows(self, who: str, of: str) -> bool:
        """Whether a search finds them: a contact finds their own landlord, not themself."""
        return self.level(who, of) > NONE

    def keeps(self, who: str, of: str) -> bool:
        """Whether they stand in the contacts."""
        return self.knows(who, of) and self.colleagues[who].levels["contacts"] > NONE

    def sees(self, who: str, of: str) -> bool:
        topic = self.topics.get(of)
        return topic is not None and (who in topic.left or self.level_of(who, of) > NONE)

    def shown(self, who: str, of: str) -> list[Said]:
        if not self.sees(who, of):
            return []
        topic = self.topics[of]
        theirs = topic.handed.get(who, set())
        return [one for one in topic.said if who in self.colleagues or one.seq in theirs]

    def writes(self, who: str, of: str) -> int:
        """How a send is answered: taken, refused, or as if there were nothing."""
        if not self.sees(who, of):
            return 404
        topic, is_team = self.topics[of], who in self.colleagues
        if isinstance(topic, Chat):
            return 201
        if isinstance(topic, Group):
            gone = not is_team and (topic.announces or who not in topic.present)
        else:
            gone = who not in topic.present and not topic.present
        if gone or (is_team and self.level_of(who, of) < MANAGE):
            return 403
        return 403 if not is_team and topic.role == "owner" and not self.has_owners else 201

    def gathers(self, who: str, role: str, picked: list[str], everybody: bool) -> int:
        """How opening a group is answered."""
        level = self._level_in(who, role)
        if level < MANAGE:
            return 403 if level else 404
        if everybody:
            free = self.colleagues[who].places is None or role == "service_pro"
            return 303 if free and self.connected(role) else 422
        able = [of for of in picked if self.may_gather(who, of, role)]
        return 303 if len(able) == len(picked) > 1 else 422

    def may_gather(self, who: str, of: str, role: str) -> bool:
        other = self.neighbours[of]
        return other.role == role and other.connected and self.level(who, of) == MANAGE

    def connected(self, role: str) -> set[str]:
        return {of for of, one in self.neighbours.items() if one.role == role and one.connected}

    def may_see(self, who: str, other: str) -> bool:
        """Whether somebody is shown what another looks like."""
        if who == other or {who, other} <= set(self.colleagues):
            return True
        return any(self._met_in(who, other, of) for of in self.topics if self.sees(who, of))

    def _met_in(self, who: str, other: str, of: str) -> bool:
        topic = self.topics[of]
        if who in self.colleagues:
            return other in topic.left
        if other in self.colleagues:
            begun = self.colleagues[other].since[CHANNEL[topic.role]]
            wrote = any(one.author == other for one in self.shown(who, of))
            return wrote or (self.sees(other, of) and begun < topic.left[who])
        together = isinstance(topic, Group) and not topic.announces
        return together and frozenset((who, other)) in topic.met

    def unread(self, who: str, of: str) -> int:
        if not self.sees(who, of):
            return 0
        new = [one for one in self._new(who, of) if one.author != who]
        return len(new) or int((who, of) in self.marked)

    def is_mentioned(self, who: str, of: str) -> bool:
        """Whether something they have not read names them, muted or not."""
        return any(who in one.mentions for one in self._new(who, of))

    def _new(self, who: str, of: str) -> list[Said]:
        begun = 0 if who not in self.colleagues else self._since(who, of)
        begun = self.read.get((who, of), begun)
        return [one for one in self.shown(who, of) if one.seq > begun]

    def unread_anywhere(self) -> list[tuple[str, str]]:
        """Who has something to read, or marked what they have read, and where."""
        people = [*self.colleagues, *self.neighbours]
        pairs = [(who, of) for of in sorted(self.topics) for who in people]
        return [pair for pair in pairs if self.unread(*pair) and self.shown(*pair)]

    def takes_part(self, who: str, of: str) -> bool:
        return who in self.topics[of].present or self.level_of(who, of) > NONE

    def may_be_mentioned(self, who: str, by: str, of: str) -> bool:
        """Whether a name in a text reaches them: they will see it, and are no hidden reader."""
        topic = self.topics[of]
        hidden = isinstance(topic, Group) and topic.announces and who not in self.colleagues
        return who != by and self.takes_part(who, of) and not hidden

    def learns_of_reading(self, who: str, by: str, of: str) -> bool:
        """Whether somebody is told how far another has read: not colleagues of each other."""
        if who == by or not self.takes_part(who, of):
            return False
        topic, team = self.topics[of], set(self.colleagues)
        if isinstance(topic, Chat):
            return True
        if isinstance(topic, Group):
            reader_is_team = by in team
            if topic.announces:
                return who in team and not reader_is_team
            return who not in team or not reader_is_team
        return (who in team) is not (by in team)

    def counted(self, who: str) -> int:
        return sum(
            self.unread(who, of)
            for of in self.topics
            if self._goes_on(who, of) and self.sees(who, of) and (who, of) not in self.muted
        )

    def _goes_on(self, who: str, of: str) -> bool:
        """A dialogue while it is connected, a group for the team and who is in it."""
        topic = self.topics[of]
        if isinstance(topic, Chat):
            return True
        for_team = isinstance(topic, Group) and who in self.colleagues
        return (
            for_team or who in topic.present or (isinstance(topic, Neighbour) and topic.connected)
        )

    def _since(self, who: str, of: str) -> int:
        return self.colleagues[who].since.get(CHANNEL.get(self.topics[of].role, "team"), 0)

    # What happens

    def join(self, of: str, thread: int) -> None:
        one = self.neighbours[of]
        one.state, one.thread = "connected", thread
        one.enter(of)
        for group in self._following(one.role):
            group.enter(of)

    def take_back(self, of: str) -> None:
        """The invitation of somebody ends; they can be asked again a day later."""
        one = self.neighbours[of]
        one.asked, one.asked_in_vain = False, True
        one.state = "not_connected" if one.state == "invited" else one.state

    def part(self, of: str, now: int) -> None:
        one = self.neighbours[of]
        one.state = "disconnected"
        before = self._in_sight()
        one.leave(of, now)
        for group in self.groups.values():
            group.leave(of, now)
        self._begin_read(before, now)

    def _following(self, role: str) -> list[Group]:
        return [one for one in self.groups.values() if one.follows and one.role == role]

    def say(self, who: str, of: str, seq: int, text: str, named: str | None = None) -> None:
        topic = self.topics[of]
        everyone = named == "everyone" and of == COMMON
        named_people = (self.colleagues if everyone else [named]) if named else []
        mentions = {one for one in named_people if self.may_be_mentioned(one, who, of)}
        topic.said.append(Said(seq, who, text, frozenset(mentions)))
        for present in topic.present:
            topic.handed.setdefault(present, set()).add(seq)

    def read_on(self, who: str, of: str, seq: int) -> list[Said]:
        """Somebody reads up to a text; answers what is new of it to them."""
        news = [one for one in self._new(who, of) if one.seq <= seq]
        self.read[who, of] = max(self.read.get((who, of), 0), seq)
        self.marked.discard((who, of))
        return news

    def regroup(self, of: str, come: set[str], go: set[str], now: int) -> None:
        group, before = self.groups[of], self._in_sight()
        for who in go:
            group.leave(who, now)
        for who in come:
            group.enter(who)
        self._begin_read(before, now)

    def rights_change(self, who: str, levels: dict[str, int], places: set[str] | None, now: int):
        one, before = self.colleagues[who], self._in_sight()
        for channel, level in levels.items():
            if level and not one.levels[channel]:
                one.since[channel] = now
            one.levels[channel] = level
        one.places = places
        self._begin_read(before, now)

    def _in_sight(self) -> set[tuple[str, str]]:
        return {(who, of) for who in self.colleagues for of in self.topics if self.sees(who, of)}

    def _begin_read(self, before: set[tuple[str, str]], now: int) -> None:
        """What comes into sight counts as read until now (MODEL 11.4)."""
        for pair in self._in_sight() - before:
            self.read[pair] = max(self.read.get(pair, 0), now)
