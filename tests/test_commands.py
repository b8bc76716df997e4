"""The command line."""

from flask import Flask

from models.message import Message
from tests.factories import contact, dialogue_of, office, say


def test_verifying_the_record_finds_what_was_changed(app: Flask) -> None:
    tie = contact(office().account)
    said = say(tie.user, dialogue_of(tie), "The tap drips.")
    runner = app.test_cli_runner()
    held = runner.invoke(args=["record", "verify"])
    assert (held.exit_code, held.output) == (0, "Conversations checked: 1. The record holds.\n")
    for column, value in (("body", "It never dripped."), ("side", 1), ("kind", 1)):
        before = getattr(Message.get_by_id(said.id), column)
        Message.update({column: value}).where(Message.id == said.id).execute()
        changed = runner.invoke(args=["record", "verify"])
        assert changed.exit_code == 1
        assert f"Conversation {said.thread_id}: What link {said.id} stands for" in changed.output
        Message.update({column: before}).where(Message.id == said.id).execute()
