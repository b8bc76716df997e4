"""Files over HTTP: uploading one before the message that carries it, and having it served."""

import errno
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from uuid import uuid4

from flask import Blueprint, Flask, current_app, g, jsonify, request
from flask_login import login_required
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response

from blueprints import chrome, shown_files
from blueprints.access import seq_or_404, view_or_404, viewer
from blueprints.rendering import page_or_partial
from models import attachments, clock, copying, media, storage
from models.database import released
from models.errors import Invalid, Missing, Refused
from models.media import AUDIO, IMAGE, MEGABYTE, VIDEO
from models.message import Attachment
from models.requests import submitting
from models.requests.view import RequestView
from models.shared import shared
from models.storage import Storage

bp = Blueprint("files", __name__)

Made = TypeVar("Made")

FULL = "There is no room for files on the server now. Your text was kept; try again later."

IGNORE_ERRORS = True

# An image of MOST_PIXELS takes hundreds of megabytes while it is drawn anew.
_drawing = threading.BoundedSemaphore(2)

# Even when somebody opens a file by its address, it may do nothing in the name of our pages.
POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def init_app(app: Flask) -> None:
    """Open the storage the settings name."""
    app.extensions["hallway.storage"] = storage.at(
        app.config["STORAGE_URL"],
        lambda *work: app.config["OFF_HUB"](*work),  # noqa: PLW0108  the runner sets it later
    )


def keeper() -> Storage:
    """The storage of this application."""
    return cast("Storage", current_app.extensions["hallway.storage"])


@bp.get("/threads/<int:thread>/uploads/<client_id>")
@login_required
def known(thread: int, client_id: str) -> Response:
    """Whether an upload arrived, asked before it is sent again."""
    return answer_known(thread, client_id)


@bp.put("/threads/<int:thread>/uploads/<client_id>")
@login_required
def upload(thread: int, client_id: str) -> Response:
    """Take in one file, the whole body of the request; a repeat is the same file."""
    return answer_upload(thread, client_id)


def answer_known(thread: int | None, client_id: str) -> Response:
    """Describe what an upload of the person signed in has become; 204 when it never arrived.

    :param thread: where it is to be sent; None for a maintenance request.
    """
    _check_may_upload(thread)
    found = attachments.known(viewer(), thread, client_id)
    return Response(status=204) if found is None else _described(found)


def answer_upload(thread: int | None, client_id: str) -> Response:
    """Take in the body of the request as a file, and describe it; `thread` as above."""
    _check_may_upload(thread)
    found = attachments.known(viewer(), thread, client_id)
    if found is not None:
        return _described(found)
    name = attachments.safe_name(request.args.get("name", ""))
    if (request.content_length or 0) > limit():
        raise Invalid({"files": media.too_big(name, request.content_length or 0, limit())})
    request.max_content_length = limit()
    response = _described(take(thread, client_id, name, cast("BinaryIO", request.stream)))
    response.status_code = 201
    return response


def _check_may_upload(thread: int | None) -> None:
    if thread is None:
        submitting.check_may_upload(viewer())
    else:
        attachments.check_may_upload(viewer(), thread)


@bp.get("/threads/<int:thread>/files")
@login_required
def listing(thread: int) -> Response:
    """Everything shared in a conversation: pictures and films, then the rest."""
    view = view_or_404(thread)
    chrome.enter_thread(view)
    before = request.args.get("before")
    found = shared(view, seq_or_404(before) if before else None)
    request_id = view.thread.request_id
    about = RequestView.load(viewer(), request_id, view.at) if request_id and not before else None
    name = view.heading().name
    return page_or_partial("files", thread=view, name=name, shared=found, view=about)


@bp.delete("/files/<int:number>")
@login_required
def remove(number: int) -> Response:
    """Take back an upload that was not sent."""
    attachments.remove(viewer(), number, keeper())
    return Response(status=204)


@bp.get("/files/<int:number>/<name>")
@login_required
def content(number: int, name: str) -> Response:  # noqa: ARG001  the name is for people
    """A file, for who may see the message that carries it."""
    file = attachments.visible(viewer(), number)
    response = _served(file.storage_key, file.size, file.content_type, file.sha256)
    shown = file.kind in (IMAGE, VIDEO, AUDIO)
    disposition = "inline" if shown else "attachment"
    response.headers.set("Content-Disposition", disposition, filename=file.name)
    return _labelled(response, file)


@bp.get("/files/<int:number>/thumbnail")
@login_required
def thumbnail(number: int) -> Response:
    """The small picture of an image."""
    file = attachments.visible(viewer(), number)
    if file.thumbnail_key is None:
        raise Missing
    parts = b"".join(keeper().read(file.thumbnail_key, 0, MEGABYTE))
    response = Response(parts, content_type="image/webp")
    response.set_etag(f"{file.sha256}-t")
    response.headers["Content-Security-Policy"] = POLICY
    return _labelled(response, file).make_conditional(request)


def _labelled(response: Response, file: Attachment) -> Response:
    """Say what a device may keep of a file, and with which conversation it goes."""
    if file.thread_id:
        response.headers["X-Hallway-Thread"] = str(file.thread_id)
    is_waiting = file.message_id is None and file.request_id is None
    if is_waiting or request.headers.get("Sec-Fetch-Dest") == "document":
        # What is not sent may never be; and a page of its own would be found by "back" after its
        # reader has left.
        response.headers["Cache-Control"] = "private, no-store"
    return response


def take(thread: int | None, client_id: str, name: str, stream: BinaryIO) -> Attachment:
    """Take in a file of the person signed in: write, prepare off the hub, keep.

    :param thread: where it is to be sent; None for a maintenance request.
    :raises Invalid: for the field `files`, in words.
    :raises Refused: when the disk is full.
    """
    with made_of(stream, name, media.prepare) as prepared:
        if thread is None:
            submitting.check_kind(prepared.kind)
        return attachments.keep(viewer(), thread, client_id, name, prepared, keeper())


@contextmanager
def made_of(stream: BinaryIO, name: str, make: Callable[[Path, str, str], Made]) -> Iterator[Made]:
    """What `make` makes of a file that arrives, off the hub; its folder is gone afterwards.

    :param name: what the sender calls it, for the sentences.
    :param make: is given the file, its name, and its SHA-256 (hex).
    :raises Invalid: for the field `files`, in words.
    :raises Refused: when the disk is full.
    """
    with _room_on_disk(), _workshop() as folder:
        arrived = folder / "arrived"
        # A slow phone must not hold one of the connections all this while.
        with released():
            received = media.take_in(stream, arrived, name, limit(), _off_hub)
            with _drawing:
                made = _off_hub(make, arrived, name, received)
        yield made


def copied(number: int, client_id: str) -> Attachment:
    """A file for a maintenance request with the content of one that the person signed in sees.

    :param client_id: of the copy; the same again is the same copy.
    :raises Missing: when they see no such file, or may write no request.
    :raises Refused: when the disk is full, or too many of their files wait.
    """
    found = attachments.known(viewer(), None, client_id)
    if found is not None:
        return found
    _check_may_upload(None)
    source = attachments.visible(viewer(), number)
    submitting.check_kind(source.kind)
    with _room_on_disk(), _workshop() as folder:
        with released():
            prepared = _off_hub(copying.unpacked, source, keeper(), folder)
        return attachments.keep(viewer(), None, client_id, source.name, prepared, keeper())


def allow_size_of(most: int) -> None:
    """Let a form be as large as so many files make it; called before it is read."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = most * limit() + MEGABYTE


def of_form(thread: int | None, most: int = attachments.MOST) -> tuple[Attachment, ...]:
    """The files of the form being sent: those uploaded before, then those it brings itself.

    `g.brought` names those that are here, also when others are refused, or the whole form.

    :param thread: where they are sent; None for a maintenance request.
    :param most: how many there may be.
    :raises Missing: when there is no such thread for them.
    :raises Invalid: for the field `files`, in words.
    """
    uploads = request.form.getlist("uploads")
    if not all(re.fullmatch(r"[0-9]{1,18}", number) for number in uploads):
        raise Invalid({"files": attachments.GONE})
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if len(uploads) + len(chosen) > most:
        raise Invalid({"files": attachments.TOO_MANY})
    if chosen:
        _check_may_upload(thread)
    g.brought = [int(number) for number in uploads]
    faults = [fault for file in chosen if (fault := _bring(thread, file))]
    if faults:
        raise Invalid({"files": " ".join(faults)})
    return attachments.of(viewer(), thread, g.brought, most) if g.brought else ()


def _bring(thread: int | None, file: FileStorage) -> str:
    """Take in a file of a form, or say why not."""
    try:
        name = attachments.safe_name(file.filename or "")
        g.brought.append(take(thread, str(uuid4()), name, cast("BinaryIO", file.stream)).id)
    except Invalid as refusal:
        return " ".join(refusal.errors.values())
    except Refused as refusal:
        return refusal.sentence
    return ""


def _off_hub(work: Callable[..., Any], *args: Any) -> Any:
    return current_app.config["OFF_HUB"](work, *args)


def limit() -> int:
    """The greatest size of one file, in bytes."""
    megabytes: int = current_app.config["MAX_FILE_MB"]
    return megabytes * MEGABYTE


def clear_workshops(at: int) -> int:
    """Take away what uploads left behind that were cut off by a crash more than a day ago.

    :param at: the present instant in milliseconds.
    :returns: how many.
    """
    before = (at - attachments.KEPT_FOR) / clock.SECOND
    left = [path for path in workshops().glob("*") if path.stat().st_mtime < before]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def workshops() -> Path:
    """Where the folders lie in which uploads are prepared."""
    store = keeper()
    root = store.root if isinstance(store, storage.Folder) else Path(current_app.instance_path)
    return root / "incoming"


@contextmanager
def _room_on_disk() -> Iterator[None]:
    """Say in words that there is none, where that is why something inside fails."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(FULL) from error


@contextmanager
def _workshop() -> Iterator[Path]:
    """A folder for one upload, on the storage's file system, gone afterwards."""
    inside = workshops()
    inside.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=inside))
    try:
        yield folder
    finally:
        _off_hub(shutil.rmtree, folder, IGNORE_ERRORS)


def _described(file: Attachment) -> Response:
    return jsonify(
        id=file.id,
        name=file.name,
        kind=file.kind,
        size=file.size,
        width=file.width,
        height=file.height,
        address=shown_files.address(file),
    )


def _served(key: str, size: int, content_type: str, digest: str) -> Response:
    """Content in parts, or the range of it that was asked for (RFC 9110, section 14)."""
    etag = f'"{digest}"'
    headers = {
        "Content-Type": content_type,
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Security-Policy": POLICY,
    }
    if request.if_none_match.contains(digest):
        return Response(status=304, headers=headers)
    start, stop, status = 0, size, 200
    asked = request.range
    if asked and asked.units == "bytes" and request.headers.get("If-Range", etag) == etag:
        span = asked.range_for_length(size)
        if span is None:
            raise RequestedRangeNotSatisfiable(size)
        (start, stop), status = span, 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    return Response(keeper().read(key, start, stop - start), status, headers)
