"""Groups: whom a group is about, and whether its members follow from that.

Threads of before are no groups that follow.
"""

from peewee import ForeignKeyField, Model, PostgresqlDatabase


class Property(Model):
    class Meta:
        table_name = "property"


def up(migrator, db):
    with db.bind_ctx([Property], bind_refs=False, bind_backrefs=False):
        place = ForeignKeyField(Property, field=Property.id, null=True, index=False)
        migrator.migrate(migrator.add_column("thread", "property_id", place))
    # As one statement with its default, so that SQLite need not make a table anew to which
    # others refer.
    boolean = "BOOLEAN" if isinstance(db, PostgresqlDatabase) else "INTEGER"
    db.execute_sql(f'ALTER TABLE "thread" ADD COLUMN "follows" {boolean} DEFAULT FALSE NOT NULL')
