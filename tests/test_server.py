"""The server as a process: how it starts, what it tells, how it stops."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest
import websocket

from app import create_app
from models.database import connected, db
from models.session import Session
from tests.factories import person
from tests.servers import ROOT, HallwayServer, clean_environment
from tests.signed_in import browser_of

MISBEHAVING = ROOT / "tests" / "misbehaving_app.py"
MODES = ("eventlet", "threading")

BROKEN = (
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /\xff\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: \xff\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nUser-Agent: a\x00b\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
    b"\x16\x03\x01\x02\x00\r\n\r\n",
)

PATCHED = """
import os, runpy, sys
sys.argv = ["app.py"]
try:
    runpy.run_path("app.py", run_name="__main__")
except SystemExit as reason:
    assert "taken" in str(reason), reason
import eventlet, eventlet.patcher
from models.database import db
for part in ("socket", "thread", "time", "select", "os"):
    assert eventlet.patcher.is_monkey_patched(part), part
def connect():
    with db.connection_context():
        mine = db.connection()
        eventlet.sleep(0.05)
        return id(mine)
first, second = eventlet.spawn(connect), eventlet.spawn(connect)
assert first.wait() != second.wait(), "green threads share one connection"
print("patched")
"""


@pytest.fixture(params=MODES)
def misbehaving(request, tmp_path):
    with HallwayServer(
        tmp_path / "server", MISBEHAVING, HALLWAY_ASYNC_MODE=request.param
    ) as server:
        yield server


def read(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (OSError, http.client.HTTPException):
        return None  # the server has gone


def rest_of(connection):
    """All that the server still says; it ends when no more is sent to it."""
    answer = b""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            answer += part
    return answer


def open_page(server, cookie=None):
    """A WebSocket as an open page holds one."""
    address = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    connection = websocket.create_connection(address, timeout=10, cookie=cookie)
    assert connection.recv().startswith('0{"sid"')
    return connection


@pytest.fixture
def beside(misbehaving):
    """An application of this process on the database and with the key of the running server."""
    at_once = {"IN_BACKGROUND": lambda work: work()}
    app = create_app({"INSTANCE_PATH": str(misbehaving.instance)} | at_once)
    with connected():
        yield app
    db.obj.close_all()


def test_a_page_left_open_is_told_when_its_session_is_over(misbehaving, beside):
    browser = browser_of(beside, person())
    value = browser.get_cookie("hallway_session", "127.0.0.1").value
    page = open_page(misbehaving, f"hallway_session={value}")
    with contextlib.closing(page):
        page.send("40")
        assert page.recv().startswith("40{")
        Session.update(last_used_at=0).execute()
        assert page.recv() == '42["session:ended",{}]'
        assert page.recv() == "41"


def run_app(tmp_path, **settings):
    environment = (
        clean_environment() | {"HALLWAY_INSTANCE_PATH": str(tmp_path / "second")} | settings
    )
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_what_the_server_keeps_is_nobody_elses(server):
    kept = [path for path in server.instance.rglob("*") if path != server.output]
    assert any(path.name == "hallway.db" for path in kept)
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_second_server_on_the_same_port_refuses_in_one_sentence(server, tmp_path):
    second = run_app(tmp_path, PORT=str(server.port))
    assert second.returncode == 1
    assert second.stderr == (
        f"Hallway did not start. Port {server.port} is taken by another program. "
        f"Stop it, or choose one: make run PORT={server.port + 1}\n"
    )
    assert server.answers()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "five"}, "HALLWAY_PORT must be a number"),
        ({"HALLWAY_BASE_URL": "nowhere"}, "HALLWAY_BASE_URL must be an address"),
        ({"HALLWAY_DATABASE_URL": "mysql://x"}, "is not a database Hallway knows"),
        ({"HALLWAY_DATABASE_URL": "postgresql://x@127.0.0.1:9/x"}, "The database does not answer"),
        ({"HALLWAY_DATABASE_URL": "sqlite:////no/such/x.db"}, "The database does not answer"),
        ({"HALLWAY_ASYNC_MODE": "twisted"}, "HALLWAY_ASYNC_MODE must be eventlet or threading"),
    ],
)
def test_a_reason_not_to_start_is_one_sentence(tmp_path, settings, words):
    result = run_app(tmp_path, **({"PORT": "5199"} | settings))
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_everything_is_patched_before_it_is_used(server, tmp_path):
    environment = clean_environment() | {
        "HALLWAY_INSTANCE_PATH": str(tmp_path / "second"),
        "PORT": str(server.port),
    }
    command = [sys.executable, "-c", PATCHED]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.stdout == "patched\n", result.stderr


def test_no_client_sees_a_traceback(misbehaving):
    status, text = read(f"{misbehaving.url}/broken")
    assert status == 500
    assert "secret" not in text
    assert "Traceback" not in text


def test_broken_requests_get_no_traceback_and_do_no_harm(misbehaving):
    connections = []
    for sent in BROKEN:
        connection = socket.create_connection(("127.0.0.1", misbehaving.port), timeout=2)
        connection.sendall(sent)
        connections.append(connection)
    for connection in connections:
        with connection:
            assert b"Traceback" not in rest_of(connection)
    assert misbehaving.answers()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_when_nobody_is_there(server, number):
    begun = time.monotonic()
    assert server.stop(number) == 0
    assert time.monotonic() - begun < 3
    assert "Traceback" not in server.log()


def test_it_stops_within_seconds_under_load_and_finishes_what_it_began(misbehaving):
    """Open pages, six clients without a pause, and a request that takes two seconds."""
    pages = [open_page(misbehaving) for _ in range(20)]
    slow_answers = []
    slow = threading.Thread(target=lambda: slow_answers.append(read(f"{misbehaving.url}/slow")))
    stopped = threading.Event()
    wrong = []

    def load():
        while not stopped.is_set():
            answer = read(f"{misbehaving.url}/healthz")
            if answer not in {None, (200, "ok")}:
                wrong.append(answer)

    clients = [threading.Thread(target=load) for _ in range(6)]
    for thread in [slow, *clients]:
        thread.start()
    while "slow has begun" not in misbehaving.log():
        time.sleep(0.02)
    begun = time.monotonic()
    code = misbehaving.stop()
    took = time.monotonic() - begun
    stopped.set()
    for thread in [slow, *clients]:
        thread.join()
    for page in pages:
        page.shutdown()
    assert code == 0
    assert took < 5
    assert slow_answers == [(200, "late but whole")]
    assert wrong == []
    assert "Traceback" not in misbehaving.log()


def test_a_request_that_never_ends_does_not_keep_it(misbehaving):
    with socket.create_connection(("127.0.0.1", misbehaving.port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")  # and never the rest
        begun = time.monotonic()
        assert misbehaving.stop() == 0
        assert time.monotonic() - begun < 7


def test_a_second_signal_ends_it_at_once(misbehaving):
    answers = []
    slow = threading.Thread(target=lambda: answers.append(read(f"{misbehaving.url}/slow")))
    slow.start()
    while "slow has begun" not in misbehaving.log():
        time.sleep(0.02)
    while misbehaving.process.poll() is None:  # two that come together are one to the process
        misbehaving.process.terminate()
        time.sleep(0.02)
    assert misbehaving.process.returncode == -signal.SIGTERM
    slow.join()
    assert answers == [None]
