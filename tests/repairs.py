"""A simple model of maintenance requests, to hold against what the pages show.

Like tests/town.py it knows no windows and no versions: every text is handed to who is there and
on the side it is meant for when it is said.
"""

from dataclasses import dataclass, field

SIDES = {
    "everyone": {"team", "tenant", "pro"},
    "team": {"team"},
    "tenants": {"team", "tenant"},
    "pros": {"team", "pro"},
}
BY_PROS = ("in_progress", "in_review", "resolved")


@dataclass
class Person:
    """Who somebody is: their side, and for the team whether they manage and work there."""

    name: str
    side: str
    manages: bool = False
    works_here: bool = True
    connected: bool = True


@dataclass
class Said:
    seq: int
    author: str
    text: str


@dataclass
class Job:
    """A request: who it is shared with, who is in its conversation, and what each was handed."""

    id: int
    title: str
    author: str
    status: str = "new"
    thread: int | None = None
    shared: set[str] = field(default_factory=set)
    inside: dict[str, int] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    ever_inside: set[str] = field(default_factory=set)
    log: list[tuple[Said, str]] = field(default_factory=list)
    handed: dict[str, list[Said]] = field(default_factory=dict)
    begun: dict[tuple[str, int], int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    sent_away: tuple[set[str], set[str]] = (set(), set())


class Repairs:
    """Who is there, and what each of them should see."""

    def __init__(self, people: list[Person]) -> None:
        self.people = {one.name: one for one in people}
        self.jobs: list[Job] = []
        self.starts = True

    def sees(self, who: str, job: Job) -> bool:
        one = self.people[who]
        return one.works_here if one.side == "team" else who in job.ever

    def acts(self, who: str, job: Job) -> bool:
        one = self.people[who]
        return (one.works_here and one.manages) if one.side == "team" else who in job.shared

    def in_conversation(self, who: str, job: Job) -> bool:
        if job.thread is None:
            return False
        return self.sees(who, job) if self._is_team(who) else who in job.ever_inside

    def shown(self, who: str, job: Job) -> list[Said]:
        if self._is_team(who):
            return [said for said, _ in job.log] if self.in_conversation(who, job) else []
        return sorted(job.handed.get(who, []), key=lambda said: said.seq)

    def says(self, who: str, job: Job, audience: str) -> int:
        if not self.in_conversation(who, job):
            return 404
        side = self.people[who].side
        if side == "team":
            return 201 if self.acts(who, job) else 403
        own = {"tenant": "tenants", "pro": "pros"}[side]
        return 201 if who in job.inside and audience in ("everyone", own) else 403

    def sets(self, who: str, job: Job, status: str) -> int:
        if not self.sees(who, job):
            return 404
        side = self.people[who].side
        if not self.acts(who, job) or job.status == status:
            return 403
        done = job.status in ("resolved", "canceled")
        if side == "team":
            return 303
        if side == "pro":
            return 303 if status in BY_PROS and not done else 403
        return 303 if status == "canceled" and who == job.author and not done else 403

    def unread(self, who: str, job: Job) -> int:
        begun = 0
        if not self._is_team(who):
            begun = min((job.begun[who, said.seq] for said in self.shown(who, job)), default=0)
        begun = job.read.get(who, begun)
        return sum(s.author != who and s.seq > begun for s in self.shown(who, job))

    def counts(self, who: str, job: Job) -> bool:
        return self._is_team(who) or who in job.inside

    # What happens

    def enter(self, job: Job, who: str, seq: int) -> None:
        job.inside[who] = seq
        job.ever_inside.add(who)
        job.handed.setdefault(who, [])

    def say(self, job: Job, who: str, audience: str, seq: int, text: str) -> None:
        said = Said(seq, who, text)
        job.log.append((said, audience))
        for one, begun in job.inside.items():
            if self.people[one].side in SIDES[audience]:
                job.handed[one].append(said)
                job.begun[one, seq] = begun

    def widen(self, job: Job, who: str) -> None:
        job.handed[who] = [
            said for said, audience in job.log if self.people[who].side in SIDES[audience]
        ]
        job.begun |= {(who, said.seq): job.inside[who] for said in job.handed[who]}

    def share(self, job: Job, who: str, seq: int) -> None:
        job.shared.add(who)
        job.ever.add(who)
        self.enter(job, who, seq)

    def go(self, job: Job, who: str) -> None:
        job.shared.discard(who)
        job.inside.pop(who, None)
        for kept in job.sent_away:
            kept.discard(who)

    def set_status(self, job: Job, status: str, seq: int) -> None:
        was, job.status = job.status, status
        if status == "canceled":
            job.sent_away = (set(job.shared), set(job.inside))
            job.shared.clear()
            job.inside.clear()
        elif was == "canceled":
            shared, inside = job.sent_away
            job.shared |= shared
            for who in inside:
                self.enter(job, who, seq)

    def _is_team(self, who: str) -> bool:
        return self.people[who].side == "team"
