"""Photos of people: one chooses and removes one's own, and is served those one may see."""

from typing import BinaryIO, Final, cast

from flask import Blueprint, redirect, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from blueprints import broadcasts, files, limits
from blueprints.access import viewer
from blueprints.notices import go_to
from blueprints.settings import PROFILE, profile_form
from models import attachments, media, photos
from models.database import released
from models.errors import Invalid, Missing, Refused
from models.media import MEGABYTE

bp = Blueprint("photos", __name__)

CACHED: Final = "private, no-cache"
"""Asked for again by every page: who removes a photo is not to be seen by it any more."""

CHOOSE: Final = "Choose a photo first."


@bp.get("/photos/<int:person>/<version>")
@login_required
def large(person: int, version: str) -> Response:
    """The photo of somebody, for who may see them."""
    return _served(person, version, small=False)


@bp.get("/photos/<int:person>/<version>/small")
@login_required
def small(person: int, version: str) -> Response:
    """The photo of somebody as it stands in lists."""
    return _served(person, version, small=True)


def _served(person: int, version: str, small: bool) -> Response:
    found = photos.visible(viewer(), person)
    if version != found.photo:  # a page that was drawn before they chose another one
        name = "photos.small" if small else "photos.large"
        return redirect(url_for(name, person=person, version=found.photo))
    key = found.small_photo_key if small else found.photo_key
    try:
        content = b"".join(files.keeper().read(key, 0, MEGABYTE))
    except FileNotFoundError:  # replaced since it was asked for
        raise Missing from None
    response = Response(content, content_type="image/webp")
    response.headers["Content-Security-Policy"] = files.POLICY
    response.headers["Cache-Control"] = CACHED
    response.set_etag(f"{version}{'-s' if small else ''}")
    return response.make_conditional(request)


@bp.get("/settings/photo")
@login_required
def form() -> Response:
    """Where a refused photo stands, asked for again: the form is part of the profile."""
    return redirect(PROFILE)


@bp.post("/settings/photo")
@login_required
@limits.of_files(lambda errors: profile_form(errors, 429), "photos", "photo")
def choose() -> Response:
    """Let a picture be one's photo."""
    try:
        _take()
    except Invalid as refusal:
        return profile_form({"photo": refusal.errors["files"]}, 422)
    except Refused as refusal:
        return profile_form({"photo": refusal.sentence}, 422)
    broadcasts.access_changed([viewer()])
    return go_to(PROFILE, "Your photo is saved.")


def _take() -> None:
    limit = files.limit()
    request.max_content_length = limit + MEGABYTE
    size = request.content_length or 0
    if size > request.max_content_length:
        raise Invalid({"files": media.too_big("This photo", size, limit)})
    # A slow phone must not hold one of the connections all this while.
    with released():
        brought = [file for file in request.files.getlist("photo") if file.filename]
    if not brought:
        raise Invalid({"files": CHOOSE})
    name = attachments.safe_name(brought[0].filename or "")
    with files.made_of(cast("BinaryIO", brought[0].stream), name, photos.draw) as drawn:
        photos.keep(viewer(), drawn, files.keeper())


@bp.post("/settings/photo/remove")
@login_required
def remove() -> Response:
    """Have no photo any more."""
    photos.remove(viewer(), files.keeper())
    broadcasts.access_changed([viewer()])
    return go_to(PROFILE, "Your photo is removed.")
