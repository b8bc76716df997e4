"""Who is told of new requests first, of the team of an account; a frozen copy."""

from peewee import ForeignKeyField, Model


class User(Model):
    class Meta:
        table_name = "users"


def up(migrator, db):
    with db.bind_ctx([User], bind_refs=False, bind_backrefs=False):
        user = ForeignKeyField(User, field=User.id, null=True)
        migrator.migrate(migrator.add_column("account", "first_told_id", user))
