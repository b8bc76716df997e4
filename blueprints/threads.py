"""The messenger: channels, the list of conversations, and one conversation beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, abort, jsonify, render_template, request
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import chrome
from blueprints.access import seq_or_404, view_or_404, viewer
from blueprints.chrome import listed, may_invite, positions, rights
from blueprints.rendering import page_or_partial, wants_partial
from blueprints.words import CHANNELS
from models import (
    answering,
    audiences,
    inbox,
    office_hours,
    policy,
    readers,
    reading,
    sync,
    team_chats,
)
from models.connection import MANAGE
from models.requests import beginning
from models.requests.view import RequestView
from models.shared import shared
from models.thread import CONTACTS, DIALOGUE, LANDLORDS, MAINTENANCE, ROLE_OF_CHANNEL
from models.view import PAGE, View

bp = Blueprint("threads", __name__)

ROWS = 50
"""Conversations listed before "Show more"."""

SHARED = 12
"""Files fetched for the pane of details: four pictures and the last other one are shown."""


class Channel(NamedTuple):
    """A channel as the list shows it."""

    slug: str
    label: str
    icon: str
    unread: int
    active: bool
    mentioned: bool


@bp.get("/messages")
@login_required
def messages() -> Response:
    """The list of a channel, with no conversation opened."""
    return page_or_partial("messages", **_list(_asked_channel()), thread=None)


@bp.get("/messages/rows")
@login_required
def rows() -> str:
    """The list alone, fetched again when something in it changed."""
    return render_template("partials/rows.html", **_list(_asked_channel()), thread=None)


@bp.get("/threads/<int:thread>")
@login_required
def show(thread: int) -> Response:
    """A conversation: as a page beside its list, for htmx alone, or without its log."""
    view = view_or_404(thread)
    if wants_partial():
        without_log = {"frame_only": True} if "frame" in request.args else {}
        return page_or_partial("thread", **_opened(view), **without_log)
    chrome.enter_thread(view)
    channel, own = chrome.position_or_404(thread).channel, _channels()
    beside = _list(channel if channel in own else own[0])
    return page_or_partial("messages", **(beside | _opened(view, beside["rows"])))


@bp.get("/threads/<int:thread>/details")
@login_required
def details(thread: int) -> Response:
    """Who the other side is, for the pane beside the conversation."""
    view = view_or_404(thread)
    chrome.enter_thread(view)
    return page_or_partial("details", **_opened(view))


@bp.get("/badge")
@login_required
def badge() -> Response:
    """The absolute unread numbers, asked for on coming back.

    A header stands for what the person may see: when it changes, a device looks through what it
    has saved.
    """
    response = jsonify(inbox.badge(positions()))
    response.headers["X-Hallway-Stamp"] = chrome.stamp()
    return response


def _asked_channel() -> str:
    """The channel in the address, one the person has; without one, their first.

    A channel that is not theirs is as missing as one that does not exist.
    """
    own = _channels()
    asked = request.args.get("channel")
    if asked is not None and asked not in own:
        abort(404)
    return asked or own[0]


def _channels() -> list[str]:
    """The channels the person has, in the order shown: the team's, the contact's or both.

    The team's own appears with the first colleague, because then its chat is there.
    """
    shown = chrome.account()
    own = set(rights().channels(shown.id)) if shown else set()
    if shown and rights().level(MAINTENANCE, shown.id):
        own.add(MAINTENANCE)
    used = {position.channel for position in listed()}
    if LANDLORDS in used or not (shown and (own or used)):
        own |= {LANDLORDS, MAINTENANCE}
    return [channel for channel in CHANNELS if channel in own or channel in used]


def _list(channel: str) -> dict[str, Any]:
    found = listed()
    totals, mentioned = inbox.totals(found), inbox.channels_with_mention(found)
    inside = [position for position in found if position.channel == channel]
    unread_only = "unread" in request.args
    if unread_only:
        # What is being read stays in sight until it is left.
        opened = request.args.get("open", type=int)
        inside = [one for one in inside if one.unread or one.thread == opened]
    limit = request.args.get("limit", ROWS, type=int)
    shown = inside[: max(ROWS, limit)]
    return {
        "channel": channel,
        "unread_only": unread_only,
        "channels": [
            Channel(slug, *CHANNELS[slug], totals.get(slug, 0), slug == channel, slug in mentioned)
            for slug in _channels()
        ],
        "rows": inbox.rows(viewer(), shown),
        "total": len(inside),
        "may_invite": may_invite(),
        "may_gather": _may_gather(channel),
        "next_limit": len(shown) + ROWS if len(inside) > len(shown) else None,
    }


def _office_hours(view: View) -> office_hours.Now | None:
    """How it stands with the office, for a contact who can write to it."""
    if view.thread.kind != DIALOGUE or view.is_team or view.refusal():
        return None
    return office_hours.now(view.thread.account, view.at)


def _may_gather(channel: str) -> bool:
    """Whether the person may open a group in a channel of the account shown."""
    shown = chrome.account()
    return (
        shown is not None
        and channel in ROLE_OF_CHANNEL
        and rights().level(channel, shown.id) >= MANAGE
    )


def _opened(view: View, listed: Sequence[inbox.ThreadRow] = ()) -> dict[str, Any]:
    """What the conversation's templates read: the newest page, or the one asked for.

    :param listed: rows that were made already; the thread's own is often among them.
    """
    asked = request.args.get("at")
    newest = sync.newest(view)
    shown, newer = newest.messages, False
    if asked is not None:
        at = seq_or_404(asked)
        view.message(at)
        shown = view.around(at)
        newer = shown[-1].id < newest.messages[-1].id
    row = next((row for row in listed if row.id == view.thread.id), None)
    row = row or inbox.rows(viewer(), [chrome.position_or_404(view.thread.id)])[0]
    contact = view.thread.contact if view.is_team else None
    request_id = view.thread.request_id
    return {
        "thread": view,
        "view": RequestView.load(viewer(), request_id, view.at) if request_id else None,
        "row": row,
        "contact": contact,
        "may_invite": may_invite(),
        "phone": policy.phone_of(contact) if contact else "",
        "place": row.place,
        "hours": _office_hours(view),
        "week": office_hours.of(view.thread.account),
        "colleagues": team_chats.people(view.thread, viewer()),
        "refusal": view.refusal(),
        "keeps_contacts": rights().level(CONTACTS, view.thread.account_id) if contact else 0,
        "others_unread": sum(p.counted for p in positions() if p.thread != row.id),
        "messages": shown,
        # Half a page may be all there is; who asks for more is told that there is none.
        "older": len(shown) >= PAGE // 2,
        "newer": newer,
        "version": newest.version,
        "shared": shared(view, limit=SHARED),
        # Who has left learns no more of what the others do.
        "seen_seq": reading.seen_seq(view) if view.takes_part else 0,
        # Of the page's content alone, so that a page that did not change is the same to a letter.
        "client_id": str(uuid5(NAMESPACE_URL, f"{viewer().id}/{view.thread.id}/{newest.version}")),
        "may_request": beginning.may_begin(view),
        "their_requests": beginning.open_ones(view),
        "seen": reading.readers(view),
        "readers": readers.of(view),
        "audience": audiences.of(view),
        "answer_in": answering.dialogue_of(view),
        "quoted": answering.quoted(view, request.args["quote"]) if "quote" in request.args else "",
    }
