"""Whether the server can do its work."""

import logging

from flask import Blueprint
from peewee import PeeweeException

from models.database import db

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@bp.get("/healthz")
def healthz() -> tuple[str, int, dict[str, str]]:
    """`ok`, or 503 when the database does not answer."""
    headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    try:
        with db.connection_context():
            db.execute_sql("SELECT 1").fetchone()
    except PeeweeException:
        log.exception("The database does not answer")
        return "The database does not answer.", 503, headers
    return "ok", 200, headers
