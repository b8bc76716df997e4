"""Messages, their earlier editions, their files, and the chain that makes them provable."""

import json
from typing import Any, Final

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    CompositeKey,
    Expression,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from models.database import BaseModel, Instant, Seq
from models.maintenance import MaintenanceRequest
from models.thread import Thread
from models.user import User

TEXT: Final = 0
EVENT: Final = 1


class Message(BaseModel):
    """What was said (TEXT) or what happened (EVENT, its body is JSON) in a thread.

    `id` is the seq: taken once from the rising counter, never changed (MODEL 1). `version`
    rises with every change. `body_version` is the version at which the present body was
    written, `deleted_version` the one of its deletion. `audience` is a sum of sides, `side`
    the one the author wrote from, `subject` whom an event is about. `request_hash` is the
    SHA-256 of the send as received, to tell a repeat from another message.
    """

    id = BigIntegerField(primary_key=True)
    thread = ForeignKeyField(Thread, backref="messages", index=False)
    author = ForeignKeyField(User, null=True, backref="written", index=False)
    side = IntegerField()
    kind = IntegerField(default=TEXT)
    subject = ForeignKeyField(User, null=True, index=False)
    audience = IntegerField()
    body = TextField()
    version = Seq()
    body_version = Seq()
    deleted_version = Seq(null=True)
    client_id = TextField(null=True)
    request_hash = TextField(default="")
    reply_to = ForeignKeyField("self", null=True, index=False)
    created_at = Instant()

    class Meta:
        indexes = (
            (("thread", "id"), True),
            (("thread", "version"), True),
            (("author", "client_id"), True),
            (("author", "thread", "id"), False),
        )

    @property
    def event(self) -> dict[str, Any]:
        """The event an EVENT tells of, as `{"event": "joined"}`; empty for a text."""
        return json.loads(self.body) if self.kind == EVENT else {}


# Unread messages are counted in this index alone. The constants stand in the SQL because
# SQLite proves a partial index from nothing else (MODEL 9).
Message.add_index(
    Message.thread,
    Message.id,
    Message.audience,
    Message.author,
    where=(Message.kind == SQL("0")) & Message.deleted_version.is_null(),
    name="message_countable",
)


class MessageEdition(BaseModel):
    """A body that was superseded, with the version at which it had been written."""

    message = ForeignKeyField(Message, backref="editions", index=False)
    version = Seq()
    body = TextField()

    class Meta:
        primary_key = CompositeKey("message", "version")


class Attachment(BaseModel):
    """A file of a message or of a maintenance request; both are NULL while it waits for one.

    `thread` is where it was uploaded, NULL for what a request is to carry.

    `client_id` is the uploader's, so that a repeated upload is the same file. `kind` is image,
    video, audio or file; `size` is in bytes, `sha256` (hex) that of what is served, `received`
    that of what arrived. `width` and `height` are in pixels.
    """

    message = ForeignKeyField(Message, null=True, backref="attachments")
    position = IntegerField(default=0)
    thread = ForeignKeyField(Thread, null=True, index=False)
    request = ForeignKeyField(MaintenanceRequest, null=True, backref="attachments")
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
    created_at = Instant()

    class Meta:
        indexes = (
            (("uploader", "client_id"), True),
            (("thread", "message", "position"), False),
        )

    @classmethod
    def waits(cls) -> Expression:
        """What holds of a file that nothing carries yet."""
        return cls.message.is_null() & cls.request.is_null()


# What waits to be carried: the collector of orphans asks for the oldest of these.
Attachment.add_index(Attachment.created_at, where=Attachment.waits(), name="attachment_waiting")


class ChainLink(BaseModel):
    """One link of the hash chain of a thread and audience (SPEC 3, "The record is provable").

    `action` is post, edit or delete, `at` its instant; `salt` is emptied by an erasure. The
    head of a chain is its last row.
    """

    version = BigIntegerField(primary_key=True)
    thread = ForeignKeyField(Thread, backref="chain", index=False)
    audience = IntegerField()
    message = ForeignKeyField(Message, backref="chain")
    action = TextField()
    at = Instant()
    salt = BlobField(null=True)
    commitment = TextField()
    hash = TextField()

    class Meta:
        indexes = ((("thread", "audience", "version"), True),)
