"""What happens between `python app.py` and the first request."""

import errno
import socket

from flask import Flask
from peewee import PeeweeException

from blueprints.config import is_loopback
from models import database, demo
from models.user import User


class CannotStart(Exception):
    """The server must not start; the text is a sentence for the operator."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that no second server can share.

    :raises CannotStart: when the port is taken or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # eventlet.listen would set SO_REUSEPORT: a second server would take half the requests.
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is taken by another program. Stop it, or choose one: "
                f"make run PORT={port + 1 if port else 5001}"
            ) from error
        raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def exposed_by(app: Flask) -> str | None:
    """What makes this server reachable by others, in words, or None on a private one.

    Demo data (its passwords are public) and `/dev/mail` exist only on a private server.
    """
    settings = app.config
    if not is_loopback(settings["HOST"]):
        return f"it listens on {settings['HOST']}"
    if settings["PUBLIC"]:
        return f"HALLWAY_BASE_URL is {settings['BASE_URL']}"
    if settings["MAIL_SERVER"]:
        return f"HALLWAY_MAIL_SERVER is {settings['MAIL_SERVER']}"
    if settings["PROXIES"]:
        return "HALLWAY_PROXIES trusts forwarded headers"
    return None


def prepare(app: Flask) -> None:
    """Apply migrations; load the demo data into an empty database of a private server; draw icons.

    :raises CannotStart: when the database does not answer, or when people whose passwords
        are public would be served to others.
    """
    try:
        database.migrate()
    except PeeweeException as error:
        raise CannotStart(f"The database does not answer: {str(error).strip()}") from error
    with database.db.connection_context():
        exposure = exposed_by(app)
        if exposure and demo.is_present():
            raise CannotStart(
                "This database holds demo people whose password is public, and "
                f"{exposure}. Use another HALLWAY_DATABASE_URL, or keep Hallway on 127.0.0.1."
            )
        if not exposure and app.config["DEMO"] and not User.select().exists():
            demo.load(app.extensions["hallway.storage"])
    app.extensions["hallway.assets"].draw()


def sign_ins() -> str:
    """Who can sign in with the demo data, one line each; empty without demo data."""
    with database.db.connection_context():
        if not demo.is_present():
            return ""
    people = [f"  {email:32} {name}" for name, email in demo.SIGN_INS]
    return "\n".join([f"Sign in as one of these; the password is {demo.PASSWORD}", *people])
