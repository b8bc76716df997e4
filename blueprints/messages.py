"""Messages over HTTP: pages of the log, catching up, sending, and how far one has read."""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, files, threads
from blueprints.access import seq_or_404, view_or_404, viewer
from blueprints.rendering import shared_fragment
from models import attachments, mentioning, posting, reading, sync
from models.errors import Conflict, Invalid
from models.message import Message
from models.seen import SeenMessage
from models.view import View

MENTIONS = 500
"""People that a message can choose to mention; further ones are only found by their names."""

bp = Blueprint("messages", __name__, url_prefix="/threads/<int:thread>")


@bp.get("/messages")
@login_required
def page(thread: int) -> Response:
    """Fragments of the log: before, after or around a seq, or what changed since a version."""
    view = view_or_404(thread)
    asked = request.args
    if "after_version" in asked:
        return _changes(view, seq_or_404(asked["after_version"]))
    if "before" in asked:
        return _fragments(view.before(seq_or_404(asked["before"])))
    if "after" in asked:
        return _fragments(view.after(seq_or_404(asked["after"])))
    if "around" in asked:
        seq = seq_or_404(asked["around"])
        view.message(seq)
        return _fragments(view.around(seq))
    newest = sync.newest(view)
    return _fragments(newest.messages, newest.version)


@bp.post("/messages")
@login_required
def send(thread: int) -> Response:
    """Send a message, once for each `client_id`; without script, back to the conversation."""
    if request.headers.get("Sec-Fetch-Mode") != "navigate":
        message, created = _post(thread)
        seen = View.load(viewer(), thread).message(message.id)
        response = _fragments([seen], seen.version)
        response.status_code = 201 if created else 200
        response.headers["X-Message-Id"] = response.headers["X-Message-Seq"] = str(seen.id)
        return response
    try:
        _post(thread)
    except Invalid as refusal:
        return _conversation_with(thread, " ".join(refusal.errors.values()))
    except Conflict as refusal:
        # From another page like this one: sent again, it goes as a message of its own.
        return _conversation_with(thread, str(refusal))
    return redirect(url_for("threads.show", thread=thread), 303)


def _post(thread: int) -> tuple[Message, bool]:
    files.allow_size_of(attachments.MOST)
    form = request.form
    reply_to = form.get("reply_to") or None
    draft = posting.Draft(
        body=form.get("body", ""),
        client_id=form.get("client_id", ""),
        audience=form.get("audience") or "everyone",
        reply_to=seq_or_404(reply_to) if reply_to else None,
        files=files.of_form(thread),
        mentions=tuple(map(seq_or_404, form.getlist("mentions")[:MENTIONS])),
    )
    message, created = posting.post_message(viewer(), thread, draft)
    if created:
        broadcasts.message_created(thread, message.id)
    return message, created


def _conversation_with(thread: int, composer_error: str) -> Response:
    """The page of the conversation with a sentence beside the field.

    It keeps what was typed, and the files that came with it.
    """
    g.composer_error = composer_error
    g.composer_files = attachments.waiting(viewer(), g.get("brought", ()))
    response: Response = threads.show(thread)
    response.status_code = 422
    return response


@bp.get("/people")
@login_required
def people(thread: int) -> str:
    """Whom one can mention here in what one writes to `audience`, as options for the field."""
    view = view_or_404(thread)
    audience = request.args.get("audience") or view.audiences()[0]
    return render_template(
        "partials/people.html",
        people=mentioning.mentionable(view, audience),
        everyone=mentioning.is_everyone_offered(view),
    )


@bp.put("/read-position")
@login_required
def read(thread: int) -> Response:
    """Raise one's read position to a seq that was really on screen."""
    raised = reading.set_read_position(viewer(), thread, seq_or_404(request.form.get("seq")))
    if raised:
        broadcasts.read_position_raised(viewer(), thread, raised)
    return current_app.response_class(status=204)


def _changes(view: View, after: int) -> Response:
    changes = sync.changes(view, after)
    response = _fragments(changes.messages, changes.version)
    response.headers["X-Read-Seq"] = str(view.reached)
    if changes.reset:
        response.headers["X-Thread-Reset"] = "1"
    return response


def _fragments(messages: list[SeenMessage], version: int | None = None) -> Response:
    html = "".join(shared_fragment("message", message=message) for message in messages)
    response = current_app.response_class(html, 200 if html else 204)
    if version is not None:
        response.headers["X-Thread-Version"] = str(version)
    return response
