"""The database behind everything: SQLite by default, PostgreSQL by address."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee
from peewee import BigIntegerField, DatabaseProxy, Model, PostgresqlDatabase
from playhouse import db_url, migrations
from playhouse.pool import PooledSqliteDatabase

OPEN = 2**63 - 1
"""The upper end of a window that is still open; the largest number both databases can store."""

INSERTED_AT_ONCE = 500
"""Rows in one statement: a statement may hold some 30,000 values on both databases."""

MIGRATIONS = Path(__file__).parent / "migrations"

db = DatabaseProxy()
_writing = threading.RLock()


class BaseModel(Model):
    """Every table of Hallway; `db` is bound by `connect_to`."""

    class Meta:
        database = db
        legacy_table_names = False


class _Sqlite(PooledSqliteDatabase):
    """SQLite whose commits, which wait for the disk, can be carried out elsewhere."""

    elsewhere: Callable[..., Any] | None = None

    def commit(self) -> None:
        """Commit; see `commit_by`."""
        if self.elsewhere is None:
            super().commit()
            return
        with peewee.__exception_wrapper__:
            self.elsewhere(self.cursor().execute, "COMMIT")


db_url.register_database(_Sqlite, "sqlite+hallway")


def commit_by(run: Callable[..., Any]) -> None:
    """Have SQLite's commits carried out by `run(work, *arguments)`: on another thread.

    A commit waits until the disk has everything, now and then for a whole checkpoint: on a
    server with one thread for all, everybody would wait with it. PostgreSQL's driver lets
    others go on by itself.
    """
    if isinstance(db.obj, _Sqlite):
        db.obj.elsewhere = run


def connect_to(url: str) -> None:
    """Bind `db` to the database at `url`; no connection is opened yet.

    :param url: `sqlite:///relative.db`, `sqlite:////absolute.db` or
        `postgresql://user:password@host/name`; the password may be percent-encoded.
    :raises ValueError: for any other kind of address.
    """
    scheme, colon, rest = url.partition("://")
    if scheme == "sqlite":
        bound = db_url.connect(
            f"sqlite+hallway://{rest}",
            max_connections=64,
            timeout=10,
            # A pooled connection serves one thread after another, never two at once.
            check_same_thread=False,
            # WAL with FULL loses no acknowledged message in a power cut (SPEC 8).
            pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1},
            # A transaction that reads and then writes must not lose its place (STACK 2).
            lock_type="IMMEDIATE",
        )
    elif scheme in {"postgresql", "postgres"}:
        bound = db_url.connect(
            f"postgresql+pool://{rest}",
            unquote_user=True,
            unquote_password=True,
            max_connections=32,
            timeout=10,
            stale_timeout=300,
        )
    else:
        raise ValueError(f"{scheme}{colon} is not a database Hallway knows: sqlite or postgresql.")
    bound.autoconnect = False
    db.initialize(bound)


@contextmanager
def connected() -> Iterator[None]:
    """A connection for work outside a request: a socket event, a background task.

    One that is open already is used and left open.
    """
    opened = db.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened:
            db.close()


@contextmanager
def released() -> Iterator[None]:
    """Give the connection of a request back while something slow happens, then take one again."""
    held = not db.is_closed()
    if held:
        db.close()
    try:
        yield
    finally:
        if held:
            db.connect()


def is_postgres() -> bool:
    """Whether `db` is bound to PostgreSQL."""
    return isinstance(db.obj, PostgresqlDatabase)


@contextmanager
def transaction() -> Iterator[None]:
    """The one way to write: everything inside is stored together or not at all.

    Nothing inside may wait for anything but the database. On SQLite one writer at a time
    is let in per process: a writer waiting inside SQLite would hold the thread that the
    present writer needs to finish (STACK 2).
    """
    if is_postgres():
        with db.atomic():
            yield
    else:
        with _writing, db.atomic():
            yield


def locked(query: Any, strength: str = "FOR NO KEY UPDATE") -> Any:
    """`query` with its rows locked until the transaction ends.

    On SQLite the whole database is the writer's already. The default strength leaves the
    foreign-key checks of others alone, FOR UPDATE would block them (MODEL 9). The lock
    order is always account, connections by id, threads by id (MODEL 4).
    """
    return query.for_update(strength) if is_postgres() else query


def insert_all(rows: Sequence[Any]) -> None:
    """Store new rows of one table, in few statements, and give each its id; in a transaction.

    peewee would build such a statement value by value, which takes longer than storing them.

    :param rows: unsaved instances of one model.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001  where peewee keeps what a table is
    fields = [field for field in meta.sorted_fields if field.name != "id"]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = f"({', '.join([db.param] * len(fields))})"
    numbers = []
    for start in range(0, len(rows), INSERTED_AT_ONCE):
        part = rows[start : start + INSERTED_AT_ONCE]
        values = [field.db_value(row.__data__.get(field.name)) for row in part for field in fields]
        places = ", ".join([marks] * len(part))
        sql = f'INSERT INTO "{meta.table_name}" ({columns}) VALUES {places} RETURNING "id"'  # noqa: S608  names of the schema
        numbers += db.execute_sql(sql, values).fetchall()
    # They are numbered in the order of the values, but may come back in another.
    for row, (number,) in zip(rows, sorted(numbers), strict=True):
        row.id = number


def next_seq() -> int:
    """The next number of the rising counter, for a seq or a version (SPEC 2).

    The thread must be locked by an earlier statement of this transaction, so that within a
    thread numbers are committed in their order (MODEL 4).
    """
    if is_postgres():
        return db.execute_sql("SELECT nextval('rising')").fetchone()[0]
    raise_by_one = "UPDATE counter SET value = value + 1 RETURNING value"
    # The rows must be fetched to the end, or SQLite keeps the statement open.
    return db.execute_sql(raise_by_one).fetchall()[0][0]


def last_seq() -> int:
    """The last number the rising counter gave."""
    on_postgres, on_sqlite = "SELECT last_value FROM rising", "SELECT value FROM counter"
    return db.execute_sql(on_postgres if is_postgres() else on_sqlite).fetchone()[0]


def migrate() -> list[str]:
    """Bring the schema up to date and return the names of the migrations applied.

    Several processes may start at once: on PostgreSQL an advisory lock lets one of them
    through at a time, on SQLite there is only one.
    """
    with db.connection_context():
        if is_postgres():
            db.execute_sql("SELECT pg_advisory_lock(4815)")
        try:
            return migrations.run(db.obj, str(MIGRATIONS)) or []
        finally:
            if is_postgres():
                db.execute_sql("SELECT pg_advisory_unlock(4815)")


Seq: Any = BigIntegerField
"""The kind of column that holds a number of the rising counter."""

Instant: Any = BigIntegerField
"""The kind of column that holds milliseconds since 1970 UTC."""
