"""Who is in the demo, read from `cast.toml`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ZONE: Final = "America/Los_Angeles"
"""Where the demo takes place."""


@dataclass(frozen=True)
class House:
    """A property and the numbers of its units."""

    name: str
    address: str
    units: list[str]


@dataclass(frozen=True)
class Member:
    """A sub-admin: the channels they manage and view, the houses they work for (empty: all)."""

    name: str
    email: str
    manages: list[str]
    views: list[str] = field(default_factory=list)
    houses: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chat:
    """A conversation of the team among themselves: of two, by their addresses, or of all."""

    script: str
    between: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """Somebody an account writes to; days count back from the present."""

    name: str
    role: str
    email: str = ""
    phone: str = ""
    home: str = ""
    since: int = 0
    until: int | None = None
    trade: str = ""
    trades: str = ""
    note: str = ""
    owns: str = ""
    script: str = ""
    added: int = 0
    invited: int | None = None
    declined: int | None = None
    says: str = ""
    photo: str = ""


@dataclass(frozen=True)
class Group:
    """Tenants together: picked by name, or all who live in a house; opened with its script."""

    kind: str
    title: str
    script: str
    members: tuple[str, ...] = ()
    house: str = ""


@dataclass(frozen=True)
class Job:
    """A maintenance request; who writes it, and what becomes of it, stands in its script.

    `home` is a unit, as `88 Quay Rd, Unit 4`, or a house; `times` are days from the present with
    from and to, as `0 09:00 12:00`.
    """

    title: str
    home: str
    category: str
    script: str
    priority: str = "normal"
    may_enter: bool = False
    access_notes: str = ""
    pets: str = ""
    times: tuple[str, ...] = ()


@dataclass(frozen=True)
class Company:
    """An account, with its admin, team, houses and contacts, `opened` so many days ago.

    `hours` are from when to when its office is open, by the day of the week.
    """

    name: str
    mode: str
    admin: str
    email: str
    opened: int
    houses: list[House]
    contacts: list[Contact]
    team: list[Member]
    groups: list[Group]
    chats: list[Chat]
    jobs: list[Job]
    hours: dict[str, list[str]] = field(default_factory=dict)
    numbered_from: int = 1
    """The number of its first request: it counted them elsewhere before."""


def _companies() -> list[Company]:
    read = tomllib.loads(Path(__file__).with_name("cast.toml").read_text("utf-8"))
    return [
        Company(
            houses=[House(**house) for house in company.pop("houses")],
            contacts=[Contact(**contact) for contact in company.pop("contacts")],
            team=[Member(**member) for member in company.pop("team", [])],
            groups=[_group(**group) for group in company.pop("groups", [])],
            chats=[
                Chat(chat["script"], tuple(chat.get("between", [])))
                for chat in company.pop("chats", [])
            ],
            jobs=[_job(**job) for job in company.pop("jobs", [])],
            **company,
        )
        for company in read["company"]
    ]


def _group(members: Sequence[str] = (), **group: str) -> Group:
    return Group(members=tuple(members), **group)


def _job(times: Sequence[str] = (), **job: Any) -> Job:
    return Job(times=tuple(times), **job)


COMPANIES: Final = _companies()

ADDRESSES: Final = sorted(
    {company.email for company in COMPANIES}
    | {member.email for company in COMPANIES for member in company.team}
    | {contact.email for company in COMPANIES for contact in company.contacts if contact.email}
)
"""The e-mail addresses of everybody; all end in `.example`, where no mail arrives."""

SIGN_INS: Final = [
    ("Maya Okafor", "maya@birchandvine.example"),
    ("Daniel Reyes", "daniel@birchandvine.example"),
    ("Ruth Lindqvist", "ruth@birchandvine.example"),
    ("Priya Raman", "priya@raman.example"),
    ("Marcus Feld", "marcus@feld.example"),
    ("Sofia Castellano", "sofia@castellano.example"),
    ("Beth Whitaker", "beth@whitaker.example"),
    ("Jonah Whitaker", "jonah@whitaker.example"),
    ("Tomasz Kowalczyk", "tomasz@kowalczyk.example"),
    ("Helen Archer", "helen@archer.example"),
    ("Sam Ortiz", "sam@harborhomes.example"),
    ("Omar Haddad", "omar@haddad.example"),
]
"""The people to sign in as, in the order they are shown."""
