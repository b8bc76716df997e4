"""The migrations build exactly what the models say, once, whoever starts first."""

import itertools
import subprocess
import sys

import pytest
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from models import database, posting, schema
from models.account import Account
from models.database import db, last_seq
from models.errors import Missing
from models.session import Session
from models.thread import AccessWindow, Thread
from models.user import User
from models.view import View
from tests import factories
from tests.servers import ROOT, clean_environment

MIGRATE = """
import sys
from models import database
database.connect_to(sys.argv[1])
print(len(database.migrate()))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_urls(request, tmp_path):
    """The addresses of two databases without any table."""
    if request.param == "sqlite":
        yield [f"sqlite:///{tmp_path / name}.db" for name in ("one", "other")]
        return
    cluster = request.getfixturevalue("postgres")
    names = [cluster.create(), cluster.create()]
    yield [cluster.url(name) for name in names]
    for name in names:
        cluster.drop(name)


def test_migrated_schema_has_the_tables_columns_and_indexes_of_the_models(bound):
    assert not diff_models(db.obj, list(schema.TABLES))


def test_migrated_schema_is_the_one_the_models_would_create(empty_urls):
    migrated, created = empty_urls
    on(migrated, database.migrate)
    on(created, create_tables)
    assert on(migrated, described) == on(created, described)


def test_migrating_twice_does_nothing(empty_urls):
    url, _ = empty_urls
    database.connect_to(url)
    names = [path.stem for path in sorted(database.MIGRATIONS.glob("[0-9]*.py"))]
    assert database.migrate() == names
    assert database.migrate() == []
    db.obj.close_all()


def test_sessions_and_accounts_of_before_stay_as_they_were(empty_urls):
    database.connect_to(empty_urls[0])
    with db.connection_context():
        Runner(db.obj, str(database.MIGRATIONS)).up("0001_initial")
        db.execute_sql(
            "INSERT INTO account (name, mode, zone, created_at)"
            " VALUES ('Birch', 'landlord', 'UTC', 5)"
        )
        db.execute_sql(
            "INSERT INTO users (name, email, password_hash, phone, phone_consent, zone,"
            " preferences, created_at) VALUES ('Maya', 'm@x.example', '', '', '0', 'UTC', '{}', 5)"
        )
        db.execute_sql(
            "INSERT INTO session (token_hash, user_id, device, keep, created_at, last_used_at)"
            " VALUES ('abc', 1, 'Firefox', '1', 5, 6)"
        )
    database.migrate()
    with db.connection_context():
        account, session = Account.get(), Session.get()
        assert (account.name, account.closed_at) == ("Birch", None)
        assert (session.token_hash, session.account, session.last_used_at) == ("abc", None, 6)
    db.obj.close_all()


def test_every_table_of_the_models_is_in_the_schema():
    known = {table.__name__ for table in schema.TABLES}
    assert {model.__name__ for model in database.BaseModel.__subclasses__()} == known


def test_contacts_of_before_neither_stay_nor_have_trades(empty_urls):
    url, _ = empty_urls
    on(url, lambda: up_to("0003"))
    on(url, add_contact_and_mail)
    on(url, database.migrate)
    contact = "SELECT name, stays, trades FROM connection"
    assert on(url, lambda: rows(contact)) == [("Priya", False, "")]
    assert on(url, lambda: rows("SELECT kind, refused_at FROM outbox")) == [("link", None)]


@pytest.mark.postgres
def test_processes_that_start_at_once_migrate_once(postgres):
    name = postgres.create()
    command = [sys.executable, "-c", MIGRATE, postgres.url(name)]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    applied = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    count = len(list(database.MIGRATIONS.glob("[0-9]*.py")))
    assert sorted(applied) == ["0", "0", str(count)]
    postgres.drop(name)


# Databases that are filled already


NUMBERS = itertools.count(1)


@pytest.fixture
def older(empty_urls):
    """`older("0001_initial")` is a database as it was after that migration, connected.

    Fill it with `insert`, then bring it up to date with `upgrade`.
    """

    def at(name):
        database.connect_to(empty_urls[0])
        db.connect()
        Runner(db.obj, str(database.MIGRATIONS)).up(name)

    yield at
    if not db.is_closed():
        db.close()
    db.obj.close_all()


def insert(table, **columns):
    """Store a row as it was then and return its id; what must not be NULL and is not given is
    zero, empty or false."""
    empty = {"text": "", "boolean": False}
    needed = {
        column.name: empty.get(column.data_type.lower(), 0)
        for column in db.get_columns(table)
        if not column.null and not column.primary_key and column.default is None
    }
    values = needed | columns
    names, mark = ", ".join(values), "%s" if database.is_postgres() else "?"
    marks = ", ".join([mark] * len(values))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"  # our own
    return db.execute_sql(sql, list(values.values())).fetchall()[0][0]


def upgrade():
    """Apply what is newer, to the database at hand."""
    return Runner(db.obj, str(database.MIGRATIONS)).up()


def insert_team(*roles, state="connected"):
    """An account with somebody in each of these roles: its id, and their users' ids."""
    account = insert("account", name="Birch & Vine", mode="landlord", zone="UTC")
    users = []
    for role in roles:
        email = f"person{next(NUMBERS)}@people.example"
        user = insert("users", name=role.title(), email=email, zone="UTC")
        tie = insert("connection", account_id=account, user_id=user, role=role, state=state)
        insert("team_right", connection_id=tie, channel="tenants", level=2, since_seq=0)
        users.append(user)
    return account, users


def test_a_team_of_before_has_its_chats_and_writes_in_them(older):
    older("0001_initial")
    account, (maya, daniel, ruth, _) = insert_team("admin", "sub_admin", "sub_admin", "tenant")
    insert_team("admin")
    insert_team("sub_admin", "admin", state="disconnected")
    upgrade()
    threads = list(Thread.select().order_by(Thread.id))
    assert [(one.account_id, one.channel, one.kind, one.pair) for one in threads] == [
        (account, "team", "team", None),
        (account, "team", "personal", f"{account}:{maya}:{daniel}"),
        (account, "team", "personal", f"{account}:{maya}:{ruth}"),
        (account, "team", "personal", f"{account}:{daniel}:{ruth}"),
    ]
    common, between, _, strange = (one.id for one in threads)
    for user, seen in ((maya, common), (ruth, common), (maya, between), (daniel, between)):
        view = View.load(User.get_by_id(user), seen)
        assert view.refusal() is None
        posting.post_message(view.person, seen, factories.draft("Hello."))
    with pytest.raises(Missing):
        View.load(User.get_by_id(maya), strange)
    windows = list(AccessWindow.select())
    assert len({window.from_seq for window in windows}) == 6
    assert max(window.from_seq for window in windows) < last_seq()


def test_a_team_of_before_that_has_its_chats_keeps_them(older):
    older("0001_initial")
    account, (maya, daniel) = insert_team("admin", "sub_admin")
    insert("thread", account_id=account, channel="team", kind="team")
    pair = f"{account}:{maya}:{daniel}"
    insert("thread", account_id=account, channel="team", kind="personal", pair=pair)
    upgrade()
    assert Thread.select().count() == 2


def on(url, act):
    database.connect_to(url)
    try:
        if act is database.migrate:
            return act()
        with db.connection_context():
            return act()
    finally:
        db.obj.close_all()


def create_tables():
    db.create_tables(list(schema.TABLES))


def described():
    """Every table's columns with type, null and default, keys, and indexes with conditions."""
    found = {}
    for model in schema.TABLES:
        table = model._meta.table_name
        columns = {
            column.name: (column.data_type, column.null, column.primary_key, column.default)
            for column in db.get_columns(table)
        }
        keys = {(key.column, key.dest_table, key.dest_column) for key in db.get_foreign_keys(table)}
        # The name of an index says nothing about what it does.
        indexes = {(index.sql or "").replace(index.name, "") for index in db.get_indexes(table)}
        found[table] = (columns, keys, indexes)
    return found


def up_to(number):
    """Apply the migrations up to one with this number, as an older server did."""
    runner = Runner(db.obj, str(database.MIGRATIONS))
    names = [one.name for one in runner.migrations() if one.name[:4] <= number]
    return runner.up(names[-1])


def test_threads_of_before_follow_nothing(older):
    older("0004_ends_of_tenancies")
    account = insert("account", name="Birch & Vine", mode="landlord", zone="UTC")
    insert("thread", account_id=account, channel="tenants", kind="dialogue", title="")
    upgrade()
    thread = Thread.get(Thread.kind == "dialogue")
    assert (thread.follows, thread.property, thread.account.name) == (False, None, "Birch & Vine")


def rows(sql):
    return [tuple(row) for row in db.execute_sql(sql).fetchall()]


def add_contact_and_mail():
    with db.atomic():
        db.execute_sql("INSERT INTO account (name, mode, zone, created_at) VALUES ('H', '', '', 0)")
        db.execute_sql(
            "INSERT INTO connection (account_id, role, state, name, email, phone, company, note,"
            " all_properties, rights_version, created_at)"
            " VALUES (1, 'tenant', 'invited', 'Priya', '', '', '', '', true, 0, 0)"
        )
        db.execute_sql(
            "INSERT INTO outbox (kind, details, due_at, leased_until, lease, attempts)"
            " VALUES ('link', '{}', 0, 0, '', 1)"
        )
