"""Mentions: a row for everybody whom a message mentions.

A frozen copy. What was said before mentions nobody: its texts hold no tokens.
"""

from peewee import BigIntegerField, CompositeKey, ForeignKeyField, Model


class User(Model):
    class Meta:
        table_name = "users"


class Thread(Model):
    class Meta:
        table_name = "thread"


class Message(Model):
    id = BigIntegerField(primary_key=True)

    class Meta:
        table_name = "message"


class Mention(Model):
    user = ForeignKeyField(User, index=False)
    thread = ForeignKeyField(Thread, index=False)
    message = ForeignKeyField(Message)

    class Meta:
        table_name = "mention"
        primary_key = CompositeKey("user", "thread", "message")


def up(migrator, db):
    with db.bind_ctx([User, Thread, Message, Mention], bind_refs=False, bind_backrefs=False):
        db.create_tables([Mention], safe=False)
