"""Maintenance requests: with whom they are shared, what became of them, visits, their files.

A frozen copy. Requests of before hold nothing but a title; their threads stay as they are.
"""

from peewee import (
    BigIntegerField,
    BooleanField,
    ForeignKeyField,
    IntegerField,
    Model,
    PostgresqlDatabase,
    TextField,
)

OPEN = 2**63 - 1


class User(Model):
    class Meta:
        table_name = "users"


class Connection(Model):
    class Meta:
        table_name = "connection"


class MaintenanceRequest(Model):
    class Meta:
        table_name = "maintenance_request"


class RequestShare(Model):
    request = ForeignKeyField(MaintenanceRequest, index=False)
    connection = ForeignKeyField(Connection, index=False)
    side = IntegerField()
    shared_version = BigIntegerField()
    ended_version = BigIntegerField(default=OPEN)
    earlier = BooleanField(default=False)

    class Meta:
        table_name = "request_share"
        indexes = (
            (("request", "connection", "shared_version"), True),
            (("connection", "ended_version"), False),
        )


class RequestChange(Model):
    version = BigIntegerField(primary_key=True)
    request = ForeignKeyField(MaintenanceRequest, index=False)
    author = ForeignKeyField(User, null=True, index=False)
    side = IntegerField()
    subject = ForeignKeyField(User, null=True, index=False)
    audience = IntegerField()
    event = TextField()
    details = TextField(default="{}")
    at = BigIntegerField()

    class Meta:
        table_name = "request_change"
        indexes = ((("request", "version"), True),)


class Visit(Model):
    request = ForeignKeyField(MaintenanceRequest, index=False)
    starts_at = BigIntegerField()
    ends_at = BigIntegerField()
    note = TextField(default="")
    state = TextField(default="proposed")
    author = ForeignKeyField(User, index=False)
    side = IntegerField()
    version = BigIntegerField()
    created_at = BigIntegerField()

    class Meta:
        table_name = "visit"
        indexes = ((("request", "id"), False),)


# As statements with their defaults, so that SQLite need not make a table anew to which others
# refer.
COLUMNS = {
    "account": (
        ("next_request", "INTEGER", "1"),
        ("starts_conversation", "BOOLEAN", "TRUE"),
        ("tells_status", "BOOLEAN", "TRUE"),
        ("pros_set_status", "BOOLEAN", "TRUE"),
    ),
    "maintenance_request": (
        ("side", "INTEGER", "1"),
        ("description", "TEXT", "''"),
        ("category", "TEXT", "'other'"),
        ("priority", "TEXT", "'normal'"),
        ("windows", "TEXT", "'[]'"),
        ("may_enter", "BOOLEAN", "FALSE"),
        ("access_notes", "TEXT", "''"),
        ("pets", "TEXT", "''"),
        ("request_hash", "TEXT", "''"),
        ("version", "BIGINT", "0"),
        ("changed_at", "BIGINT", "0"),
    ),
}


def up(migrator, db):
    is_postgres = isinstance(db, PostgresqlDatabase)
    for table, columns in COLUMNS.items():
        for name, kind, default in columns:
            stored = kind if is_postgres or kind == "TEXT" else "INTEGER"
            db.execute_sql(
                f'ALTER TABLE "{table}" ADD COLUMN "{name}" {stored} DEFAULT {default} NOT NULL'
            )
    # Those of before go on where the numbers of their account ended.
    db.execute_sql(
        "UPDATE account SET next_request = 1 + (SELECT COALESCE(MAX(number), 0)"
        " FROM maintenance_request WHERE account_id = account.id)"
    )
    db.execute_sql("UPDATE maintenance_request SET changed_at = created_at")
    tables = [User, Connection, MaintenanceRequest, RequestShare, RequestChange, Visit]
    with db.bind_ctx(tables, bind_refs=False, bind_backrefs=False):
        db.create_tables([RequestShare, RequestChange, Visit], safe=False)
        request = ForeignKeyField(MaintenanceRequest, field=MaintenanceRequest.id, null=True)
        migrator.migrate(
            migrator.drop_index("attachment", "attachment_waiting"),
            migrator.drop_not_null("attachment", "thread_id"),
            migrator.add_column("attachment", "request_id", request),
        )
    db.execute_sql(
        'CREATE INDEX "attachment_waiting" ON "attachment" ("created_at")'
        ' WHERE (("message_id" IS NULL) AND ("request_id" IS NULL))'
    )
