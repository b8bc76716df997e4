"""Empties the database, for `make demo`."""

from models import database
from models.database import db


def drop_everything() -> None:
    """Drop every table with all that is in it; `database.migrate()` makes them again.

    The file itself stays, because a running server may hold it open.
    """
    with db.connection_context():
        if database.is_postgres():
            with database.transaction():
                db.execute_sql("DROP SCHEMA public CASCADE")
                db.execute_sql("CREATE SCHEMA public")
            return
        # Tables refer to each other in circles: no order would satisfy the foreign keys.
        db.execute_sql("PRAGMA foreign_keys = OFF")
        try:
            with database.transaction():
                # A full-text table takes the tables it made with it.
                for virtual in (True, False):
                    for name in _tables(virtual=virtual):
                        db.execute_sql(f'DROP TABLE "{name}"')
        finally:
            db.execute_sql("PRAGMA foreign_keys = ON")


def _tables(*, virtual: bool) -> list[str]:
    rows = db.execute_sql(
        "SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master "
        "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [name for name, is_virtual in rows.fetchall() if bool(is_virtual) == virtual]
