"""An account with hundreds of conversations, two long ones, and requests, put in by bulk."""

from dataclasses import dataclass
from typing import Any

from peewee import Model, chunked, fn

from models import clock
from models.account import PROPERTY_MANAGER, Account
from models.connection import ADMIN, CONNECTED, MANAGE, TENANT, Connection
from models.database import OPEN, db, next_seq, transaction
from models.maintenance import NEW, RESOLVED, MaintenanceRequest, RequestChange
from models.property import Property, Tenancy, Unit
from models.requests.history import SUBMITTED
from models.team import RIGHTS, add_member
from models.thread import DIALOGUE, TENANTS, AccessWindow, Side, Thread
from models.user import User

FIRST = (
    "Priya",
    "Marcus",
    "Sofia",
    "Tomasz",
    "Helen",
    "Łukasz",
    "Zoë",
    "Omar",
    "Ade",
    "Lena",
    "Nils",
)
LAST = ("Raman", "Feld", "Castell", "Kowal", "Archer", "Bell", "Sörby", "Ortiz", "Haddad", "Nwosu")
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


def contacts(where: Office, count: int) -> None:
    """Add connected tenants without users of their own, each with a home and a word said."""
    now = clock.now()
    with transaction():
        place = Property.create(account=where.account, name="412 Alder St", zone="UTC")
        last = Connection.select(fn.MAX(Connection.id)).scalar()
        ties = [_contact(where, number, now) for number in range(count)]
        _bulk(Connection, ties)
        ids = range(last + 1, last + 1 + count)
        units = Unit.select(fn.MAX(Unit.id)).scalar() or 0
        threads = Thread.select(fn.MAX(Thread.id)).scalar() or 0
        _bulk(Unit, [{"property": place.id, "name": f"Unit {n}"} for n in range(count)])
        _bulk(Tenancy, [_tenancy(id_, units + 1 + n, place) for n, id_ in enumerate(ids)])
        _bulk(Thread, [_thread(where, id_, now) for id_ in ids])
        for number in range(count):
            fill(Thread(id=threads + 1 + number), where.admin, 1)


def requests(where: Office, count: int, still_open: int) -> None:
    """Add this many requests, each submitted; the last ones are open still."""
    place = Property.create(account=where.account, name="412 Alder St", zone="UTC")
    with transaction():
        last = MaintenanceRequest.select(fn.MAX(MaintenanceRequest.id)).scalar() or 0
        rows = [
            _request(where, place, number, number < count - still_open) for number in range(count)
        ]
        _bulk(MaintenanceRequest, rows)
        _bulk(
            RequestChange,
            [
                _submitted(last + 1 + number, where, row["version"])
                for number, row in enumerate(rows)
            ],
        )


def _request(where: Office, place: Property, number: int, is_done: bool) -> dict[str, Any]:
    now = clock.now()
    return {
        "account": where.account.id,
        "number": number + 1,
        "property": place.id,
        "creator": where.admin.id,
        "title": f"{TEXT[:40]} {number}",
        "status": RESOLVED if is_done else NEW,
        "client_id": f"{where.account.id}-{number}",
        "created_at": now,
        "version": next_seq(),
        "changed_at": now,
    }


def _submitted(request: int, where: Office, version: int) -> dict[str, Any]:
    return {
        "version": version,
        "request": request,
        "author": where.admin.id,
        "side": int(Side.TEAM),
        "audience": 15,
        "event": SUBMITTED,
        "at": clock.now(),
    }


def _contact(where: Office, number: int, now: int) -> dict[str, Any]:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number // 7 % len(LAST)]}{LAST[number % 31 % 7]}"
    email = f"{name.lower().replace(' ', '.')}{number}@example.com"
    return {
        "account": where.account.id,
        "role": TENANT,
        "state": CONNECTED,
        "name": name,
        "email": email,
        "created_at": now,
    }


def _tenancy(contact: int, unit: int, place: Property) -> dict[str, Any]:
    return {"connection": contact, "unit": unit, "property": place.id, "starts_at": 0}


def _thread(where: Office, contact: int, now: int) -> dict[str, Any]:
    return {
        "account": where.account.id,
        "channel": TENANTS,
        "kind": DIALOGUE,
        "contact": contact,
        "created_at": now,
    }


def _bulk(model: type[Model], rows: list[dict[str, Any]]) -> None:
    for some in chunked(rows, 100):
        model.insert_many(some).execute()


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
