"""Files over HTTP: uploading one before the message that carries it, and having it served."""

import errno
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

from flask import Blueprint, Flask, current_app, jsonify, request
from flask_login import login_required
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response

from blueprints import chrome, shown_files
from blueprints.access import seq_or_404, view_or_404, viewer
from blueprints.rendering import page_or_partial
from models import attachments, clock, media, storage
from models.database import released
from models.errors import Invalid, Missing, Refused
from models.media import AUDIO, IMAGE, MEGABYTE, VIDEO
from models.message import Attachment
from models.shared import shared
from models.storage import Storage

bp = Blueprint("files", __name__)

FULL = "There is no room for files on the server now. Your text was kept; try again later."

# An image of MOST_PIXELS takes hundreds of megabytes while it is drawn anew.
_drawing = threading.BoundedSemaphore(2)

# Even when somebody opens a file by its address, it may do nothing in the name of our pages.
POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def init_app(app: Flask) -> None:
    """Open the storage the settings name."""
    app.extensions["hallway.storage"] = storage.at(app.config["STORAGE_URL"])


def keeper() -> Storage:
    """The storage of this application."""
    return cast("Storage", current_app.extensions["hallway.storage"])


@bp.get("/threads/<int:thread>/uploads/<client_id>")
@login_required
def known(thread: int, client_id: str) -> Response:
    """Whether an upload arrived, asked before it is sent again."""
    attachments.check_may_upload(viewer(), thread)
    found = attachments.known(viewer(), thread, client_id)
    if found is None:
        raise Missing
    return _described(found)


@bp.put("/threads/<int:thread>/uploads/<client_id>")
@login_required
def upload(thread: int, client_id: str) -> Response:
    """Take in one file, the whole body of the request; a repeat is the same file."""
    attachments.check_may_upload(viewer(), thread)
    found = attachments.known(viewer(), thread, client_id)
    if found is not None:
        return _described(found)
    name = attachments.safe_name(request.args.get("name", ""))
    limit = _limit()
    if (request.content_length or 0) > limit:
        raise Invalid({"files": media.too_big(name, request.content_length or 0, limit)})
    request.max_content_length = limit
    response = _described(take(thread, client_id, name, cast("BinaryIO", request.stream)))
    response.status_code = 201
    return response


@bp.get("/threads/<int:thread>/files")
@login_required
def listing(thread: int) -> Response:
    """Everything shared in a conversation: pictures and films, then the rest."""
    view = view_or_404(thread)
    chrome.enter_thread(view)
    before = request.args.get("before")
    found = shared(view, seq_or_404(before) if before else None)
    return page_or_partial("files", thread=view, name=view.heading().name, shared=found)


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
    return response


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
    return response.make_conditional(request)


def take(thread: int, client_id: str, name: str, stream: BinaryIO) -> Attachment:
    """Take in a file of the person signed in: write, prepare off the hub, keep.

    :raises Invalid: for the field `files`, in words.
    :raises Refused: when the disk is full.
    """
    try:
        with _workshop() as folder:
            arrived = folder / "arrived"
            # A slow phone must not hold one of the connections all this while.
            with released():
                received = media.take_in(stream, arrived, name, _limit())
                with _drawing:
                    prepared = _off_hub(media.prepare, arrived, name, received)
            return attachments.keep(viewer(), thread, client_id, name, prepared, keeper())
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refused(FULL) from error


def allow_size_of_message() -> None:
    """Let a form with files be as large as a message may be; called before it is read."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = attachments.MOST * _limit() + MEGABYTE


def of_form(thread: int) -> tuple[Attachment, ...]:
    """The files of the form being sent: those uploaded before, then those it brings itself.

    :raises Missing: when there is no such thread for them.
    :raises Invalid: for the field `files`, in words.
    """
    uploads = request.form.getlist("uploads")
    if not all(re.fullmatch(r"[0-9]{1,18}", number) for number in uploads):
        raise Invalid({"files": attachments.GONE})
    brought = [file for file in request.files.getlist("files") if file.filename]
    if len(uploads) + len(brought) > attachments.MOST:
        raise Invalid({"files": attachments.TOO_MANY})
    if brought:
        attachments.check_may_upload(viewer(), thread)
    taken = [
        take(
            thread,
            str(uuid4()),
            attachments.safe_name(file.filename or ""),
            cast("BinaryIO", file.stream),
        )
        for file in brought
    ]
    ids = [*(int(number) for number in uploads), *(file.id for file in taken)]
    return attachments.of(viewer(), thread, ids) if ids else ()


def _off_hub(work: Callable[..., Any], *args: Any) -> Any:
    return current_app.config["OFF_HUB"](work, *args)


def _limit() -> int:
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
def _workshop() -> Iterator[Path]:
    """A folder for one upload, on the storage's file system, gone afterwards."""
    inside = workshops()
    inside.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=inside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
