"""The first schema: people, places, threads with windows, messages with their chain, outbox.

A frozen copy, independent of what the models become later.
"""

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
    PostgresqlDatabase,
    TextField,
)

OPEN = 2**63 - 1


class User(Model):
    name = TextField()
    email = TextField(unique=True)
    password_hash = TextField()
    phone = TextField(default="")
    phone_consent = BooleanField(default=False)
    zone = TextField(default="UTC")
    preferences = TextField(default="{}")
    created_at = BigIntegerField()

    class Meta:
        table_name = "users"


class Session(Model):
    token_hash = TextField(unique=True)
    user = ForeignKeyField(User)
    device = TextField(default="")
    keep = BooleanField(default=False)
    created_at = BigIntegerField()
    last_used_at = BigIntegerField()

    class Meta:
        table_name = "session"


class Account(Model):
    name = TextField()
    mode = TextField(default="landlord")
    zone = TextField(default="UTC")
    created_at = BigIntegerField()

    class Meta:
        table_name = "account"


class Connection(Model):
    account = ForeignKeyField(Account, index=False)
    user = ForeignKeyField(User, null=True)
    role = TextField()
    state = TextField(default="not_connected")
    name = TextField()
    email = TextField(default="")
    phone = TextField(default="")
    company = TextField(default="")
    note = TextField(default="")
    all_properties = BooleanField(default=True)
    rights_version = BigIntegerField(default=0)
    connected_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    ended_by = ForeignKeyField(User, null=True, index=False)
    created_at = BigIntegerField()

    class Meta:
        table_name = "connection"
        indexes = ((("account", "user"), True), (("account", "role", "state"), False))


class TeamRight(Model):
    connection = ForeignKeyField(Connection, index=False)
    channel = TextField()
    level = IntegerField()
    since_seq = BigIntegerField()

    class Meta:
        table_name = "team_right"
        indexes = ((("connection", "channel"), True),)


class Link(Model):
    kind = TextField()
    nonce = TextField()
    email = TextField()
    mailed = BooleanField(default=True)
    user = ForeignKeyField(User, null=True)
    connection = ForeignKeyField(Connection, null=True)
    sent_by = ForeignKeyField(User, null=True)
    details = TextField(default="{}")
    created_at = BigIntegerField()
    expires_at = BigIntegerField()
    used_at = BigIntegerField(null=True)
    voided_at = BigIntegerField(null=True)

    class Meta:
        table_name = "link"
        indexes = ((("email", "kind"), False),)


class Property(Model):
    account = ForeignKeyField(Account)
    name = TextField()
    address = TextField(default="")
    zone = TextField()

    class Meta:
        table_name = "property"


class Unit(Model):
    property = ForeignKeyField(Property, index=False)
    name = TextField()

    class Meta:
        table_name = "unit"
        indexes = ((("property", "name"), True),)


class Tenancy(Model):
    connection = ForeignKeyField(Connection, index=False)
    unit = ForeignKeyField(Unit)
    property = ForeignKeyField(Property)
    starts_at = BigIntegerField()
    ends_at = BigIntegerField(default=OPEN)

    class Meta:
        table_name = "tenancy"
        indexes = ((("connection", "starts_at"), False),)


class OwnerProperty(Model):
    connection = ForeignKeyField(Connection, index=False)
    property = ForeignKeyField(Property)

    class Meta:
        table_name = "owner_property"
        indexes = ((("connection", "property"), True),)


class StaffProperty(Model):
    connection = ForeignKeyField(Connection, index=False)
    property = ForeignKeyField(Property)

    class Meta:
        table_name = "staff_property"
        indexes = ((("connection", "property"), True),)


class MaintenanceRequest(Model):
    account = ForeignKeyField(Account, index=False)
    number = IntegerField()
    property = ForeignKeyField(Property)
    unit = ForeignKeyField(Unit, null=True)
    creator = ForeignKeyField(User, index=False)
    title = TextField()
    status = TextField(default="new")
    archived = BooleanField(default=False)
    client_id = TextField()
    created_at = BigIntegerField()

    class Meta:
        table_name = "maintenance_request"
        indexes = (
            (("account", "number"), True),
            (("creator", "client_id"), True),
            (("account", "status", "id"), False),
        )


class Thread(Model):
    account = ForeignKeyField(Account, index=False)
    channel = TextField()
    kind = TextField()
    contact = ForeignKeyField(Connection, unique=True, null=True)
    request = ForeignKeyField(MaintenanceRequest, unique=True, null=True)
    pair = TextField(unique=True, null=True)
    title = TextField(default="")
    created_at = BigIntegerField()

    class Meta:
        table_name = "thread"
        indexes = ((("account", "channel"), False),)


class AccessWindow(Model):
    thread = ForeignKeyField(Thread, index=False)
    user = ForeignKeyField(User, index=False)
    connection = ForeignKeyField(Connection, index=False)
    side = IntegerField()
    from_seq = BigIntegerField()
    to_seq = BigIntegerField(default=OPEN)
    opened_seq = BigIntegerField()
    version = BigIntegerField()

    class Meta:
        table_name = "access_window"
        indexes = (
            (("user", "thread", "from_seq"), True),
            (("thread", "to_seq"), False),
            (("connection", "to_seq"), False),
        )


class ThreadPerson(Model):
    user = ForeignKeyField(User, index=False)
    thread = ForeignKeyField(Thread)
    read_seq = BigIntegerField(null=True)
    read_at = BigIntegerField(null=True)
    cleared_seq = BigIntegerField(default=0)
    cleared_version = BigIntegerField(default=0)
    told_seq = BigIntegerField(default=0)
    marked_unread = BooleanField(default=False)
    muted_until = BigIntegerField(default=0)
    pinned_at = BigIntegerField(null=True)

    class Meta:
        table_name = "thread_person"
        primary_key = CompositeKey("user", "thread")


class Message(Model):
    id = BigIntegerField(primary_key=True)
    thread = ForeignKeyField(Thread, index=False)
    author = ForeignKeyField(User, null=True, index=False)
    side = IntegerField()
    kind = IntegerField(default=0)
    subject = ForeignKeyField(User, null=True, index=False)
    audience = IntegerField()
    body = TextField()
    version = BigIntegerField()
    body_version = BigIntegerField()
    deleted_version = BigIntegerField(null=True)
    client_id = TextField(null=True)
    request_hash = TextField(default="")
    reply_to = ForeignKeyField("self", null=True, index=False)
    created_at = BigIntegerField()

    class Meta:
        table_name = "message"
        indexes = (
            (("thread", "id"), True),
            (("thread", "version"), True),
            (("author", "client_id"), True),
        )


class MessageEdition(Model):
    message = ForeignKeyField(Message, index=False)
    version = BigIntegerField()
    body = TextField()

    class Meta:
        table_name = "message_edition"
        primary_key = CompositeKey("message", "version")


class Attachment(Model):
    message = ForeignKeyField(Message, null=True)
    position = IntegerField(default=0)
    thread = ForeignKeyField(Thread, index=False)
    uploader = ForeignKeyField(User, index=False)
    client_id = TextField()
    name = TextField()
    kind = TextField()
    content_type = TextField()
    size = BigIntegerField()
    sha256 = TextField()
    received = TextField()
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    storage_key = TextField(unique=True)
    thumbnail_key = TextField(null=True, unique=True)
    created_at = BigIntegerField()

    class Meta:
        table_name = "attachment"
        indexes = (
            (("uploader", "client_id"), True),
            (("thread", "message", "position"), False),
        )


class ChainLink(Model):
    version = BigIntegerField(primary_key=True)
    thread = ForeignKeyField(Thread, index=False)
    audience = IntegerField()
    message = ForeignKeyField(Message)
    action = TextField()
    at = BigIntegerField()
    salt = BlobField(null=True)
    commitment = TextField()
    hash = TextField()

    class Meta:
        table_name = "chain_link"
        indexes = ((("thread", "audience", "version"), True),)


class Outbox(Model):
    kind = TextField()
    link = ForeignKeyField(Link, null=True)
    user = ForeignKeyField(User, null=True, index=False)
    thread = ForeignKeyField(Thread, null=True)
    message = ForeignKeyField(Message, null=True)
    details = TextField(default="{}")
    due_at = BigIntegerField()
    leased_until = BigIntegerField(default=0)
    lease = TextField(default="")
    attempts = IntegerField(default=0)
    failing_since = BigIntegerField(null=True)
    done_at = BigIntegerField(null=True)

    class Meta:
        table_name = "outbox"


Message.add_index(
    Message.thread,
    Message.id,
    Message.audience,
    Message.author,
    where=(Message.kind == SQL("0")) & Message.deleted_version.is_null(),
    name="message_countable",
)
Attachment.add_index(
    Attachment.created_at, where=Attachment.message.is_null(), name="attachment_waiting"
)
Outbox.add_index(Outbox.due_at, where=Outbox.done_at.is_null(), name="outbox_waiting")
Outbox.add_index(
    Outbox.user,
    Outbox.thread,
    unique=True,
    where=(Outbox.kind == SQL("'unread'")) & Outbox.done_at.is_null(),
    name="outbox_unread",
)
Outbox.add_index(
    Outbox.user,
    unique=True,
    where=(Outbox.kind == SQL("'digest'")) & Outbox.done_at.is_null(),
    name="outbox_digest",
)

TABLES = (
    User,
    Session,
    Account,
    Connection,
    TeamRight,
    Link,
    Property,
    Unit,
    Tenancy,
    OwnerProperty,
    StaffProperty,
    MaintenanceRequest,
    Thread,
    AccessWindow,
    ThreadPerson,
    Message,
    MessageEdition,
    Attachment,
    ChainLink,
    Outbox,
)


def up(migrator, db):
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(TABLES, safe=False)
    if isinstance(db, PostgresqlDatabase):
        # CACHE 1: no connection may keep numbers back (MODEL 1).
        db.execute_sql("CREATE SEQUENCE rising AS bigint CACHE 1")
    else:
        db.execute_sql("CREATE TABLE counter (value INTEGER NOT NULL)")
        db.execute_sql("INSERT INTO counter (value) VALUES (0)")
