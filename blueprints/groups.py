"""Groups: opening one, and changing who is in it and what it is called."""

from flask import Blueprint, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import groups, readers
from models.errors import Invalid, Missing
from models.groups import PICKED, Change, Person, Wanted
from models.thread import ANNOUNCEMENT, CONVERSATION, ROLE_OF_CHANNEL
from models.view import View

bp = Blueprint("groups", __name__)

KINDS = (
    (
        CONVERSATION,
        "Conversation",
        "Everybody in it writes, and sees who else is there.",
        "chats-circle",
    ),
    (
        ANNOUNCEMENT,
        "Announcement",
        "Only the team writes. Readers don’t see each other and answer in their own conversation.",
        "megaphone",
    ),
)


def _new_form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    account = chrome.account_or_404()
    typed = request.values
    channel = typed.get("channel", "")
    groups.require_gathering(viewer(), account.id, channel)
    rules = groups.rules(viewer(), account.id, channel)
    return page_or_partial(
        "group_new",
        status,
        channel=channel,
        kinds=KINDS,
        kind=typed.get("kind", CONVERSATION),
        who=typed.get("who", PICKED),
        rules=[(PICKED, "People I pick"), *rules.items()],
        people=groups.people(viewer(), account.id, channel),
        picked=set(typed.getlist("members")),
        title=typed.get("title", ""),
        role=ROLE_OF_CHANNEL[channel],
        errors=errors or {},
    )


@bp.get("/groups/new")
@login_required
def new() -> Response:
    """The dialog that opens a group in the channel `?channel=`."""
    return _new_form()


@bp.post("/groups/new")
@login_required
def create() -> Response:
    """Open a group; it appears at once for everybody in it."""
    form = request.form
    wanted = Wanted(
        channel=form.get("channel", ""),
        kind=form.get("kind", ""),
        title=form.get("title", ""),
        who=form.get("who", PICKED),
        members=form.getlist("members"),
    )
    try:
        made = groups.create(viewer(), chrome.account_or_404().id, wanted)
    except Invalid as refusal:
        return _new_form(refusal.errors, 422)
    broadcasts.thread_changed(made.id)
    return go_to(url_for("threads.show", thread=made.id))


def _edit_form(view: View, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    thread, typed = view.thread, request.form
    present = {str(tie) for tie in readers.present(thread.id)}
    posted = request.method == "POST"
    return page_or_partial(
        "group_edit",
        status,
        thread=view,
        title=typed.get("title", thread.title),
        people=[] if thread.follows else _people(view),
        present=present,
        picked=set(typed.getlist("members")) if posted else present,
        earlier="earlier" in typed,
        errors=errors or {},
    )


def _people(view: View) -> list[Person]:
    thread = view.thread
    return groups.people(viewer(), thread.account_id, thread.channel)


@bp.get("/threads/<int:thread>/group")
@login_required
def edit(thread: int) -> Response:
    """The dialog that renames a group, lets people in and lets people go."""
    return _edit_form(groups.managed_group(viewer(), thread))


@bp.post("/threads/<int:thread>/group")
@login_required
def save(thread: int) -> Response:
    """Store what the dialog says; `was` are the members that it showed as present.

    So what somebody else changed meanwhile stays.
    """
    form = request.form
    was, members = set(form.getlist("was")), set(form.getlist("members"))
    wanted = Change(form.get("title", ""), members - was, was - members, earlier="earlier" in form)
    view = groups.managed_group(viewer(), thread)
    try:
        moved = groups.change(viewer(), thread, wanted)
    except Invalid as refusal:
        return _edit_form(view, refusal.errors, 422)
    broadcasts.thread_changed(thread)
    if moved:  # whoever of the team does not see all of its members sees it no more
        broadcasts.account_changed(view.thread.account_id)
    return _back(view)


def _back(view: View) -> Response:
    try:
        View.load(viewer(), view.thread.id)
    except Missing:
        address = url_for("threads.messages", channel=view.thread.channel)
        return go_to(address, "You don’t see everybody in this group any more.")
    return go_to(url_for("threads.show", thread=view.thread.id), "Saved.")
