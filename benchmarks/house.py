"""The house that is weighed: a conversation of fifty messages, a landlord with a full list."""

import re
from dataclasses import dataclass
from typing import Self

from peewee import fn

from models import clock, database, passwords
from models.connection import Connection
from models.database import db
from models.message import Message
from models.user import User
from tests import factories
from tests.servers import ROOT, HallwayServer

PASSWORD = "correct horse battery"
MESSAGES = 50
OTHERS = 14
# What the people of the demo say: sentences like those that are written, and no two alike.
SAID = re.compile(r"^[A-Z]\w+(?: \+\d+)?: ([^\[\]\n]{12,})$", re.MULTILINE)
NAMES = ("Marcus Bell", "Sofia Castell", "Tomasz Kowal", "Helen Archer", "Zoë Sörby", "Omar Haddad")


@dataclass
class House:
    """Who signs in, and the address of their conversation."""

    tenant: str
    landlord: str
    address: str

    @classmethod
    def build(cls, server: HallwayServer) -> Self:
        """Put it into the database of a running server."""
        database.connect_to(f"sqlite:///{server.instance}/hallway.db")
        with db.connection_context():
            office = factories.office("Birch & Vine")
            tie = factories.contact(office.account, "Priya Raman", home=office.unit)
            thread = factories.dialogue_of(tie)
            fill(office, tie)
            for number in range(OTHERS):
                name = f"{NAMES[number % len(NAMES)]} {number}"
                other = factories.contact(office.account, name, home=office.unit)
                factories.say(other.user, factories.dialogue_of(other), texts()[-number - 1])
            people = (tie.user, office.admin)
            last = Message.select(fn.MAX(Message.id)).where(Message.thread == thread).scalar()
            for user in people:
                signs_in(user)
                factories.keep(user, thread, read_seq=last)
            emails = [user.email for user in people]
        db.obj.close_all()
        return cls(*emails, f"/threads/{thread.id}")


def texts() -> list[str]:
    """Sentences of the demo's conversations, in a fixed order."""
    folder = ROOT / "models/demo/conversations"
    return [
        text for path in sorted(folder.glob("*.txt")) for text in SAID.findall(path.read_text())
    ]


def fill(office: factories.Office, tie: Connection) -> None:
    """Fifty messages within the last hours, now of one and now of the other."""
    thread = factories.dialogue_of(tie)
    start = clock.now() - MESSAGES * 7 * clock.MINUTE
    for number, text in enumerate(texts()[:MESSAGES]):
        author = tie.user if number % 5 in {0, 1, 3} else office.admin
        factories.say(author, thread, text, at=start + number * 7 * clock.MINUTE)


def signs_in(user: User) -> None:
    user.email = f"{user.id}@people.example"
    user.password_hash = passwords.hash_of(PASSWORD)
    user.save()
