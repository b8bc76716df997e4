"""What a person does to a conversation for themself alone: mute, pin, mark read or unread, clear.

Every act is a form that works without script; a script that asks for JSON gets the sentence
and stays where it is. Only the person's own devices hear of it.
"""

from typing import Final

from flask import Blueprint, jsonify, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import clock, inbox, marks, reading
from models.clock import FOREVER
from models.database import OPEN

bp = Blueprint("marks", __name__, url_prefix="/threads/<int:thread>")

LENGTHS: Final = (
    (marks.ONE_HOUR, "For 1 hour"),
    (marks.EIGHT_HOURS, "For 8 hours"),
    (marks.TOMORROW, "Until tomorrow, 8:00"),
    (marks.ALWAYS, "Until you unmute it"),
)


@bp.get("/menu")
@login_required
def menu(thread: int) -> Response:
    """What can be done with a conversation, from its row in the list."""
    return page_or_partial("thread_menu", row=_row(thread), from_row=True)


@bp.get("/mute")
@login_required
def mute_dialog(thread: int) -> Response:
    """The dialog that asks for how long."""
    return page_or_partial("mute", row=_row(thread), lengths=LENGTHS)


@bp.post("/mute")
@login_required
def mute(thread: int) -> Response:
    """Mute for as long as chosen."""
    until = marks.mute(viewer(), thread, request.form.get("how", ""))
    return _done(thread, f"Muted{_until_in_words(until)}.", until=until if until != FOREVER else 0)


@bp.post("/unmute")
@login_required
def unmute(thread: int) -> Response:
    """End a mute."""
    marks.unmute(viewer(), thread)
    return _done(thread, "Unmuted.")


@bp.post("/pin")
@login_required
def pin(thread: int) -> Response:
    """Hold a conversation at the top of its list."""
    marks.pin(viewer(), thread)
    return _done(thread, "Pinned.")


@bp.post("/unpin")
@login_required
def unpin(thread: int) -> Response:
    """Let a conversation stand where its newest message puts it."""
    marks.unpin(viewer(), thread)
    return _done(thread, "Unpinned.")


@bp.post("/mark-unread")
@login_required
def mark_unread(thread: int) -> Response:
    """Show a conversation as unread; without script back to the list, for opening reads it."""
    marks.mark_unread(viewer(), thread)
    return _done(thread, "Marked unread.", to_list=True)


@bp.post("/mark-read")
@login_required
def mark_read(thread: int) -> Response:
    """Count everything in a conversation as read without opening it."""
    raised = reading.set_read_position(viewer(), thread, OPEN)
    if raised:
        broadcasts.read_position_raised(viewer(), thread, raised)
    return _done(thread, "Marked read.", to_list=True)


@bp.get("/clear")
@login_required
def clear_dialog(thread: int) -> Response:
    """The dialog that says what clearing does and does not."""
    return page_or_partial("clear", row=_row(thread))


@bp.post("/clear")
@login_required
def clear(thread: int) -> Response:
    """Hide what is there so far for this person."""
    marks.clear(viewer(), thread)
    return _done(thread, "Conversation cleared.")


def _row(thread: int) -> inbox.ThreadRow:
    return inbox.rows(viewer(), [chrome.position_or_404(thread)])[0]


def _done(thread: int, sentence: str, *, until: int = 0, to_list: bool = False) -> Response:
    """Tell the person's own devices, and answer that it is done.

    :param until: the instant (ms) at which it ends, for the script to say in the reader's words.
    """
    broadcasts.marked(viewer(), thread)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sentence=sentence, until=until)
    if not to_list:
        return go_to(url_for("threads.show", thread=thread), sentence)
    channel = chrome.position_or_404(thread).channel
    return go_to(url_for("threads.messages", channel=channel), sentence)


def _until_in_words(until: int) -> str:
    """When a mute ends, where the person is: " until 17:30", " until tomorrow, 8:00"."""
    if until == FOREVER:
        return ""
    zone = viewer().zone
    end, now = (clock.to_datetime(instant, zone) for instant in (until, clock.now()))
    tomorrow = "" if end.date() == now.date() else "tomorrow, "
    return f" until {tomorrow}{end.hour}:{end:%M}"
