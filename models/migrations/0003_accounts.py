"""Which account a device shows, and when an account was closed."""

from peewee import BigIntegerField, ForeignKeyField, Model


class Account(Model):
    class Meta:
        legacy_table_names = False


def up(migrator, db):
    with db.bind_ctx([Account], bind_refs=False, bind_backrefs=False):
        shown = ForeignKeyField(Account, field=Account.id, null=True, index=False)
        migrator.migrate(
            migrator.add_column("account", "closed_at", BigIntegerField(null=True)),
            migrator.add_column("session", "account_id", shown),
        )
