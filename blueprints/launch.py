"""What happens between `python app.py` and the first request."""

from flask import Flask
from peewee import PeeweeException

from blueprints.config import is_loopback
from models import database
from models.user import User

try:
    from models import demo
except ImportError:
    demo = None  # type: ignore[assignment]


class CannotStart(Exception):
    """The server must not start; the text is a sentence for the operator."""


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
    """Apply migrations; load the demo data into an empty database of a private server.

    :raises CannotStart: when the database does not answer, or when people whose passwords
        are public would be served to others.
    """
    try:
        database.migrate()
    except PeeweeException as error:
        raise CannotStart(f"The database does not answer: {str(error).strip()}") from error
    with database.db.connection_context():
        exposure = exposed_by(app)
        if exposure and demo and demo.is_present():
            raise CannotStart(
                "This database holds demo people whose password is public, and "
                f"{exposure}. Use another HALLWAY_DATABASE_URL, or keep Hallway on 127.0.0.1."
            )
        if not exposure and app.config["DEMO"] and demo and not User.select().exists():
            demo.load()


def banner(app: Flask) -> str:
    """The lines printed at start: the address and, with demo data, who can sign in."""
    lines = [f"Hallway is open at {app.config['BASE_URL']}"]
    with database.db.connection_context():
        if demo and demo.is_present():
            lines += ["", f"Sign in as one of these; the password is {demo.PASSWORD}"]
            lines += [f"  {email:32} {name}" for name, email in demo.SIGN_INS]
    return "\n".join(lines)
