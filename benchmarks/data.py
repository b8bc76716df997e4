"""An account with hundreds of conversations and two long ones, put in by bulk."""

from dataclasses import dataclass
from typing import Any

from peewee import chunked

from models import clock
from models.account import PROPERTY_MANAGER, Account
from models.connection import ADMIN, CONNECTED, MANAGE, TENANT, Connection
from models.database import OPEN, db, next_seq, transaction
from models.team import RIGHTS, add_member
from models.thread import DIALOGUE, TENANTS, AccessWindow, Side, Thread
from models.user import User

TEXT = "The tap in the kitchen drips again since this morning, could you have a look?"


@dataclass
class Office:
    """An account, its admin, and the threads made in it."""

    account: Account
    admin: User
    threads: list[Thread]


def office(name: str) -> Office:
    account = Account.create(name=name, mode=PROPERTY_MANAGER, created_at=clock.now())
    admin = person(f"Admin of {name}")
    add_member(account, admin, ADMIN, dict.fromkeys(RIGHTS, MANAGE))
    return Office(account, admin, [])


def dialogues(where: Office, threads: int, messages: int) -> None:
    """Add this many conversations, each with this many messages of its tenant."""
    with transaction():
        for number in range(threads):
            tenant = person(f"Tenant {len(where.threads)}-{number} of {where.account.id}")
            thread = dialogue(where, tenant)
            fill(thread, tenant, messages)
            where.threads.append(thread)


def dialogue(where: Office, tenant: User) -> Thread:
    tie = tied(where.account, tenant)
    thread = Thread.create(
        account=where.account, channel=TENANTS, kind=DIALOGUE, contact=tie, created_at=clock.now()
    )
    AccessWindow.create(
        thread=thread,
        user=tenant,
        connection=tie,
        side=Side.TENANT,
        from_seq=0,
        to_seq=OPEN,
        opened_seq=0,
        version=0,
    )
    return thread


def fill(thread: Thread, author: User, count: int) -> None:
    """Messages without their links in the chain, which no reading looks at."""
    columns = list(_message(thread, author, 0))
    rows = (tuple(_message(thread, author, next_seq()).values()) for _ in range(count))
    for some in chunked(rows, 500):
        holes = ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * len(some))
        sql = f"INSERT INTO message ({', '.join(columns)}) VALUES {holes}"
        db.execute_sql(sql, [value for row in some for value in row])


def tied(account: Account, user: User) -> Connection:
    return Connection.create(
        account=account,
        user=user,
        role=TENANT,
        state=CONNECTED,
        name=user.name,
        created_at=clock.now(),
    )


def person(name: str) -> User:
    email = f"{name.lower().replace(' ', '.')}@example.com"
    return User.create(name=name, email=email, password_hash="", created_at=clock.now())


def _message(thread: Thread, author: User, seq: int) -> dict[str, Any]:
    return {
        "id": seq,
        "thread_id": thread.id,
        "author_id": author.id,
        "side": int(Side.TENANT),
        "kind": 0,
        "audience": 15,
        "body": TEXT,
        "version": seq,
        "body_version": seq,
        "request_hash": "",
        "created_at": seq,
    }
