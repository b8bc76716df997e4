"""What tests of every kind stand on. Fixtures of one subject live beside its tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from xdist.scheduler import LoadFileScheduling

from app import create_app
from models import database
from models.connection import Connection
from models.database import db
from models.thread import Thread
from tests import factories, quick
from tests.servers import MIGRATED, HallwayServer, PostgresCluster

quick.prepare()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """A file runs in one process, and browsers in the first: they need a processor each."""
    return BrowsersApart(config, log)


class BrowsersApart(LoadFileScheduling):
    """Gives files with browsers to the first process, others to the others, while there are any.

    Files of few tests come first: theirs are the long ones, and nobody should wait for the last.
    """

    def _assign_work_unit(self, node: Any) -> None:
        is_first = node is self.nodes[0]
        for file in reversed(self.workqueue):  # it is in the order of how many they have
            if is_first == file.startswith("tests/browser/"):
                self.workqueue.move_to_end(file, last=False)
                break
        super()._assign_work_unit(node)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings must not reach the tests."""
    for name in list(os.environ):
        if name.startswith("HALLWAY_") or name in {"HOST", "PORT"}:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the present schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "hallway.db"
    database.connect_to(f"sqlite:///{path}")
    database.migrate()
    db.obj.close_all()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'hallway.db')}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A private PostgreSQL cluster; its database `MIGRATED` has the present schema."""
    cluster = PostgresCluster()
    try:
        database.connect_to(cluster.url(cluster.create(MIGRATED)))
        database.migrate()
        db.obj.close_all()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def postgres_url(postgres: PostgresCluster) -> Iterator[str]:
    """The address of a migrated PostgreSQL database that is as good as new."""
    with postgres.lent() as name:
        yield postgres.url(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def bound(database_url: str) -> Iterator[str]:
    """`db` bound and connected to `database_url`: for tests of models/, on both databases."""
    with _connected(database_url):
        yield database_url


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str) -> Iterator[Flask]:
    """The application on a fresh SQLite database, with a connection open for the test."""
    settings = {
        "TESTING": True,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "DATABASE_URL": sqlite_url,
        "RATELIMIT_ENABLED": False,
        # At once and on this thread: what is sent is there when the request is answered.
        "IN_BACKGROUND": lambda work: work(),
    }
    made = create_app(settings)
    with _connected(None):
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser, not signed in."""
    return app.test_client()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HallwayServer]:
    """A running Hallway without demo data."""
    with HallwayServer(tmp_path / "server") as running:
        yield running


class _connected:  # noqa: N801  # used as a with statement only
    def __init__(self, url: str | None) -> None:
        if url:
            database.connect_to(url)

    def __enter__(self) -> None:
        db.connect()

    def __exit__(self, *_: object) -> None:
        # The pool would otherwise keep files and sockets open after the test.
        if not db.is_closed():
            db.close()
        db.obj.close_all()


@pytest.fixture
def office(bound: object) -> factories.Office:
    """An account with a home to let."""
    return factories.office()


@pytest.fixture
def priya(office: factories.Office) -> Connection:
    """Its tenant."""
    return factories.contact(office.account)


@pytest.fixture
def thread(priya: Connection) -> Thread:
    """Their conversation."""
    return factories.dialogue_of(priya)
