"""A simple model of one account and everybody around it, to hold against what people are shown.

It knows no windows, no versions and no queries: every text is handed to who is there when it is
said, and what the team sees is looked up in plain sentences of SPEC 1 and 2.
"""

from dataclasses import dataclass, field

NONE, VIEW, MANAGE = 0, 1, 2
CHANNEL = {"tenant": "tenants", "service_pro": "service-pros", "owner": "owners"}
LEVELS = (*CHANNEL.values(), "contacts")


@dataclass
class Said:
    """One text, by whom, with its place in the order."""

    seq: int
    author: str
    text: str


@dataclass
class Neighbour:
    """A contact, and the conversation they have with the account once they joined."""

    name: str
    role: str
    place: str | None
    state: str = "not_connected"
    asked: bool = False
    asked_in_vain: bool = False
    thread: int | None = None
    said: list[Said] = field(default_factory=list)
    handed: set[int] = field(default_factory=set)

    @property
    def connected(self) -> bool:
        return self.state == "connected"

    @property
    def may_be_asked(self) -> bool:
        """An invitation that was not accepted can be repeated a day later at the earliest."""
        return not (self.connected or self.asked or self.asked_in_vain)


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
        self.has_owners = True
        self.read: dict[tuple[str, str], int] = {}
        self.marked: set[tuple[str, str]] = set()
        self.muted: set[tuple[str, str]] = set()

    # What is whose

    def level(self, who: str, of: str) -> int:
        """What a colleague may with a neighbour, whether there is a conversation or not."""
        one, other = self.colleagues.get(who), self.neighbours[of]
        if one is None or (other.role == "owner" and not self.has_owners):
            return NONE
        in_list = one.places is None or other.role == "service_pro" or other.place in one.places
        return one.levels[CHANNEL[other.role]] if in_list else NONE

    def knows(self, who: str, of: str) -> bool:
        """Whether a search finds them: a contact finds their own landlord, not themself."""
        return self.level(who, of) > NONE

    def keeps(self, who: str, of: str) -> bool:
        """Whether they stand in the contacts."""
        return self.knows(who, of) and self.colleagues[who].levels["contacts"] > NONE

    def sees(self, who: str, of: str) -> bool:
        other = self.neighbours[of]
        return other.thread is not None and (who == of or self.knows(who, of))

    def shown(self, who: str, of: str) -> list[Said]:
        other = self.neighbours[of]
        if not self.sees(who, of):
            return []
        return [one for one in other.said if who != of or one.seq in other.handed]

    def writes(self, who: str, of: str) -> int:
        """How a send is answered: taken, refused, or as if there were nothing."""
        other = self.neighbours[of]
        if not self.sees(who, of):
            return 404
        if not other.connected or (who != of and self.level(who, of) < MANAGE):
            return 403
        return 403 if who == of and other.role == "owner" and not self.has_owners else 201

    def unread(self, who: str, of: str) -> int:
        if not self.sees(who, of):
            return 0
        begun = 0 if who == of else self._since(who, of)
        begun = self.read.get((who, of), begun)
        new = [one for one in self.shown(who, of) if one.author != who and one.seq > begun]
        return len(new) or int((who, of) in self.marked)

    def counted(self, who: str) -> int:
        return sum(
            self.unread(who, of)
            for of, other in self.neighbours.items()
            if other.connected and self.sees(who, of) and (who, of) not in self.muted
        )

    def _since(self, who: str, of: str) -> int:
        one, other = self.colleagues[who], self.neighbours[of]
        return one.since[CHANNEL[other.role]]

    # What happens

    def say(self, who: str, of: str, seq: int, text: str) -> None:
        other = self.neighbours[of]
        other.said.append(Said(seq, who, text))
        if other.connected:
            other.handed.add(seq)

    def rights_change(self, who: str, levels: dict[str, int], places: set[str] | None, now: int):
        """What comes into sight by a wider right counts as read until now (MODEL 11.4)."""
        one = self.colleagues[who]
        before = {of for of in self.neighbours if self.sees(who, of)}
        for channel, level in levels.items():
            if level and not one.levels[channel]:
                one.since[channel] = now
            one.levels[channel] = level
        one.places = places
        for of in self.neighbours:
            if self.sees(who, of) and of not in before:
                self.read[who, of] = max(self.read.get((who, of), 0), now)
