"""What is told of maintenance requests: rows of the outbox about one, one open for each person.

A frozen copy. Rows of before are about none.
"""

from peewee import ForeignKeyField, Model


class MaintenanceRequest(Model):
    class Meta:
        table_name = "maintenance_request"


def up(migrator, db):
    with db.bind_ctx([MaintenanceRequest], bind_refs=False, bind_backrefs=False):
        request = ForeignKeyField(MaintenanceRequest, field=MaintenanceRequest.id, null=True)
        migrator.migrate(migrator.add_column("outbox", "request_id", request))
    db.execute_sql(
        'CREATE UNIQUE INDEX "outbox_news" ON "outbox" ("user_id", "request_id")'
        ' WHERE (("kind" = \'news\') AND ("done_at" IS NULL))'
    )
