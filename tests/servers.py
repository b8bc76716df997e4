"""Real servers for the tests: Hallway as a process of its own, and a private PostgreSQL."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg2
import pytest

from tests import quick

ROOT = Path(__file__).resolve().parent.parent

MIGRATED = "migrated"
"""The name of the PostgreSQL database with the present schema."""
LARGE = 1 << 20
"""Bytes of rows, dead ones included, with which a database is not worth emptying."""
SIZE = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname <> 'schema_migration' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
    WHERE seqrelid <> 'schema_migration_id_seq'::regclass;
END $$
"""


def missing(what: str, command: str) -> None:
    """Skip the test, saying how to install `what`; with REQUIRE_ALL=1 fail it instead."""
    sentence = f"{what} is not installed: {command}"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def clean_environment() -> dict[str, str]:
    """The environment without any of Hallway's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HALLWAY_") and name not in {"HOST", "PORT"}
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class HallwayServer:
    """`python app.py` on a free port with an instance folder of its own.

    `server.url`, `server.instance` (its folder, with `outbox/`), `server.log()`;
    `with HallwayServer(folder, HALLWAY_DEMO="yes") as server:` starts and stops it.
    """

    def __init__(self, instance: Path, script: Path = ROOT / "app.py", **settings: str) -> None:
        self.instance = instance
        self.port = int(settings.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        self.script = script
        self.settings = {
            "HALLWAY_DEMO": "no",
            "HALLWAY_INSTANCE_PATH": str(instance),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        } | settings
        self.output = instance / "server.log"

    def start(self) -> Self:
        self.instance.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", str(self.script)],
                cwd=ROOT,
                env=clean_environment() | self.settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"The server did not start:\n{self.log()}")
            if self.answers():
                return self
            time.sleep(0.05)
        raise RuntimeError(f"The server does not answer:\n{self.log()}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as response:
                return response.status == 200
        except OSError:
            return False

    def stop(self, number: int = signal.SIGTERM, within: float = 12) -> int:
        """Send the signal and give back the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def log(self) -> str:
        return self.output.read_text(errors="replace")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class PostgresCluster:
    """A private cluster on a Unix socket, run as `postgres` when the tests run as root."""

    def __init__(self) -> None:
        self.programs = self._programs()
        # Not pytest's own folder: the postgres user may not look into it.
        self.folder = Path(tempfile.mkdtemp(prefix="hallway-postgres-", dir=quick.memory()))
        self.as_owner: list[str] = []
        if getpass.getuser() == "root":
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.as_owner = ["runuser", "-u", "postgres", "--"]
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "hallway", "-A", "trust", "-E", "UTF8", "-N")
        # Nothing here outlives the tests, so nothing waits for the disk.
        settings = ("autovacuum=off", "listen_addresses=", f"unix_socket_directories={self.folder}")
        options = " ".join(["-F", *(f"-c {setting}" for setting in settings)])
        self._run("pg_ctl", "-D", data, "-l", self.folder / "log", "-o", options, "-w", "start")
        self.made = 0
        self.returned: list[str] = []

    def url(self, name: str) -> str:
        return f"postgresql://hallway@/{name}?host={self.folder}"

    def create(self, name: str = "", template: str = "template1") -> str:
        """Make a database like `template` and give back its name."""
        self.made += 1
        name = name or f"hallway_{self.made}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextmanager
    def lent(self) -> Iterator[str]:
        """A database like `MIGRATED`, emptied afterwards for whoever comes next.

        To make one takes a hundred times as long as to empty one.
        """
        name = self.returned.pop() if self.returned else self.create(template=MIGRATED)
        yield name
        if self.execute(SIZE, name) < LARGE:
            self.execute(EMPTY, name)
            self.returned.append(name)
        else:
            self.drop(name)

    def execute(self, statement: str, name: str = "postgres") -> Any:
        """Run `statement` in a database; returns its first value, if it has any."""
        connection = psycopg2.connect(host=str(self.folder), user="hallway", dbname=name)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self.as_owner, str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def _programs() -> Path:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        on_path = shutil.which("initdb")
        if not found and not on_path:
            missing("PostgreSQL", "apt-get install postgresql")
        return found[-1].parent if found else Path(on_path or "").parent
