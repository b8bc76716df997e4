"""How tenancies end: who stays connected after one, and finding those that begin or end.

Besides: the trades of a service pro, and mails that the mail server refused for good.
"""

from peewee import BigIntegerField, PostgresqlDatabase


def up(migrator, db):
    # As one statement with its default, so that SQLite need not rebuild a table others refer to.
    boolean = "BOOLEAN" if isinstance(db, PostgresqlDatabase) else "INTEGER"
    db.execute_sql(f'ALTER TABLE "connection" ADD COLUMN "stays" {boolean} DEFAULT FALSE NOT NULL')
    db.execute_sql("""ALTER TABLE "connection" ADD COLUMN "trades" TEXT DEFAULT '' NOT NULL""")
    migrator.migrate(
        migrator.add_column("outbox", "refused_at", BigIntegerField(null=True)),
        migrator.add_index("tenancy", ("starts_at",)),
        migrator.add_index("tenancy", ("ends_at",)),
    )
