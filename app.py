"""Hallway's entry: `python app.py` serves, tests and commands call `create_app`."""

import os

ASYNC_MODE = os.environ.get("HALLWAY_ASYNC_MODE") or "eventlet"
if __name__ == "__main__" and ASYNC_MODE == "eventlet":
    # Before any other import: what has been imported unpatched would block everybody.
    import warnings

    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakSet

from flask import Flask
from werkzeug.serving import make_server

import blueprints
from blueprints import config, dispatcher, launch, live
from blueprints.extensions import socketio
from models import database

GRACE_S = 5
"""How long open requests may go on after the signal to stop, in seconds."""
WATCHDOG_S = GRACE_S + 3
"""When the kernel ends a process that could not end itself, in seconds after the signal."""


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application with its database bound; nothing is opened or migrated yet.

    :param overrides: settings by Flask's names (without the prefix) that win over the
        environment. Without `ASYNC_MODE` it is `threading`: only the runner patches.
    :raises config.BadSetting: for a setting that cannot be used.
    """
    app = Flask(
        __name__, instance_path=(overrides or {}).get("INSTANCE_PATH", config.instance_path())
    )
    app.config.update(
        config.settings(Path(app.instance_path), {"ASYNC_MODE": "threading"} | (overrides or {}))
    )
    app.config.setdefault("OFF_HUB", lambda work, *args: work(*args))
    app.config.setdefault("IN_BACKGROUND", socketio.start_background_task)
    try:
        database.connect_to(app.config["DATABASE_URL"])
    except ValueError as error:
        raise config.BadSetting(str(error)) from error
    blueprints.init_app(app)
    return app


class Considerate:
    """The body of a request; whoever reads of it lets others go on first.

    eventlet itself does so only when nothing has arrived, and of a fast upload something always
    has.
    """

    def __init__(self, body: Any, pause: Callable[[], object]) -> None:
        self.body = body
        self.pause = pause

    def __getattr__(self, name: str) -> Any:
        """`read`, `readinto`, `readline` and what else the body can."""
        self.pause()
        return getattr(self.body, name)


def serve_eventlet(app: Flask, listener: socket.socket) -> None:
    """Serve on green threads until SIGTERM or SIGINT, then let open requests finish."""
    import eventlet.hubs
    import eventlet.patcher
    import eventlet.tpool
    import eventlet.wsgi

    app.config["OFF_HUB"] = eventlet.tpool.execute
    database.commit_by(eventlet.tpool.execute)
    read_end, write_end = os.pipe()
    # A handler that schedules a timer is not noticed by an idle hub; a byte in a pipe is. It is
    # written by the unpatched function: the signal may arrive in the hub, which must not wait.
    write = eventlet.patcher.original("os").write
    on_stop(lambda: write(write_end, b"."))
    requests = eventlet.GreenPool(10_000)  # every open page holds one

    def considerate(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"] = Considerate(environ["wsgi.input"], eventlet.sleep)
        return app(environ, start_response)

    class Connection(eventlet.wsgi.HttpProtocol):
        def finish(self) -> None:
            """Let go of the socket also when its last bytes could not be written."""
            try:
                super().finish()
            finally:
                self.rfile.close()

    server = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        considerate,
        protocol=Connection,
        log_output=False,
        debug=False,  # True answers with the traceback
        keepalive=75,
        socket_timeout=120,
        custom_pool=requests,
    )
    eventlet.hubs.trampoline(read_end, read=True)
    let_sockets_go()
    server.kill(SystemExit)
    with eventlet.Timeout(GRACE_S, exception=False):
        # Not server.wait(): a connection that arrived with the signal wakes it too early.
        requests.waitall()


def serve_threading(app: Flask, listener: socket.socket) -> None:
    """Serve on ordinary threads until SIGTERM or SIGINT, then let open requests finish."""
    # Each request has its thread. What they answer with is not always closed, so not counted.
    in_hand: WeakSet[threading.Thread] = WeakSet()

    def noted(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_UPGRADE" not in environ:  # a WebSocket ends when its page does
            in_hand.add(threading.current_thread())
        return app(environ, start_response)

    host, port = listener.getsockname()[:2]
    server = make_server(host, port, noted, threaded=True, fd=listener.fileno())
    # shutdown() waits for the loop, which is what the signal has interrupted.
    on_stop(lambda: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    let_sockets_go()
    deadline = time.monotonic() + GRACE_S
    for thread in list(in_hand):
        thread.join(max(0, deadline - time.monotonic()))
    server.server_close()


def on_stop(act: Callable[[], object]) -> None:
    """Call `act` at the first SIGTERM or SIGINT; a second one, or WATCHDOG_S, ends the process."""

    def stop(_number: int, _frame: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        # The kernel's own action: it works even when nothing in the process does.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WATCHDOG_S)
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def let_sockets_go() -> None:
    """Close every open WebSocket, so that its page connects to the next server."""
    engine = socketio.server.eio
    for sid in list(engine.sockets):
        socketio.start_background_task(engine.disconnect, sid)


RUNNERS = {"eventlet": serve_eventlet, "threading": serve_threading}


def main() -> None:
    """Serve as the settings say; a reason not to start is one sentence and exit code 1."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    os.umask(0o077)  # what is kept here is nobody else's on this machine
    try:
        app = create_app({"ASYNC_MODE": ASYNC_MODE})
        listener = launch.listen(app.config["HOST"], app.config["PORT"])
        launch.prepare(app)
    except (config.BadSetting, launch.CannotStart) as reason:
        sys.exit(f"Hallway did not start. {reason}")
    dispatcher.start(app)
    live.start(app)
    print(f"Hallway is open at {app.config['BASE_URL']}", launch.sign_ins(), sep="\n", flush=True)  # noqa: T201
    with listener:
        RUNNERS[ASYNC_MODE](app, listener)


if __name__ == "__main__":
    main()
