"""Photos of people, and the office hours of accounts.

Who wrote something in a thread is asked about when somebody wants to see who that is.
"""

from peewee import TextField


def up(migrator, db):
    # With their defaults in one statement, so that SQLite need not make tables anew to which
    # others refer.
    db.execute_sql("""ALTER TABLE "users" ADD COLUMN "photo" TEXT DEFAULT '' NOT NULL""")
    db.execute_sql("""ALTER TABLE "account" ADD COLUMN "office_hours" TEXT DEFAULT '' NOT NULL""")
    migrator.migrate(
        migrator.add_column("users", "photo_key", TextField(null=True)),
        migrator.add_column("users", "small_photo_key", TextField(null=True)),
        migrator.add_index("users", ("photo_key",), unique=True),
        migrator.add_index("users", ("small_photo_key",), unique=True),
        migrator.add_index("message", ("author_id", "thread_id", "id")),
    )
