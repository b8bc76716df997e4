"""The outbox: what is stored together with a change so that somebody is told of it."""

from peewee import ForeignKeyField, IntegerField, TextField

from models.database import BaseModel, Instant
from models.link import Link
from models.message import Message
from models.thread import Thread
from models.user import User


class Outbox(BaseModel):
    """One thing to tell. Claimed by lease, so that two dispatchers never hold the same row.

    `kind` says what is told: today `link` (a mailed link); a message will name its thread.
    `lease` is the claimant's random mark, valid until `leased_until`.
    """

    kind = TextField()
    link = ForeignKeyField(Link, null=True)
    thread = ForeignKeyField(Thread, null=True)
    message = ForeignKeyField(Message, null=True)
    details = TextField(default="{}")
    due_at = Instant()
    leased_until = Instant(default=0)
    lease = TextField(default="")
    attempts = IntegerField(default=0)
    done_at = Instant(null=True)


class Delivery(BaseModel):
    """One thing told to one person in one way; the index makes the fan-out idempotent."""

    outbox = ForeignKeyField(Outbox, backref="deliveries", index=False)
    user = ForeignKeyField(User)
    way = TextField()
    state = TextField()
    due_at = Instant()
    leased_until = Instant(default=0)
    attempts = IntegerField(default=0)
    message_id_header = TextField(default="")

    class Meta:
        indexes = ((("outbox", "user", "way"), True),)


Outbox.add_index(Outbox.due_at, where=Outbox.done_at.is_null(), name="outbox_waiting")
