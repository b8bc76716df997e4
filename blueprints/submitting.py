"""Writing a maintenance request: its form, its photos, and sending it once."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid4, uuid5

from flask import Blueprint, g, jsonify, render_template, request
from flask_login import login_required
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from blueprints import broadcasts, chrome, files
from blueprints.access import seq_or_404, viewer
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import attachments, clock
from models.errors import Conflict, Invalid, Missing
from models.maintenance import NORMAL, URGENT, MaintenanceRequest
from models.message import Attachment
from models.requests import beginning, homes, reach, submitting
from models.requests.homes import Home
from models.requests.submitting import MOST_PHOTOS, MOST_TIMES, MOST_VIDEOS, Wanted
from models.requests.times import Typed

MOST_FILES = MOST_PHOTOS + MOST_VIDEOS
SENT = "Request sent."

bp = Blueprint("submitting", __name__, url_prefix="/maintenance")


@bp.get("/new")
@login_required
def new() -> Response:
    """The form for a request; `?message=` names the dialogue, or `<thread>.<seq>`, it begins in."""
    submitting.check_may_write(viewer())
    source = request.args.get("message")
    if source is None:
        return _form(request.args, [])
    thread, _, seq = source.partition(".")
    message = seq_or_404(seq) if seq else None
    begun = beginning.of_message(viewer(), seq_or_404(thread), message)
    typed = MultiDict(
        {"title": begun.title, "description": begun.description, "home": begun.home},
    )
    typed.setlist("people", [str(tie) for tie in begun.people])
    return _form(typed, [("copies", file) for file in begun.files], draft=f"request-{source}")


@bp.get("/new/people")
@login_required
def people() -> str:
    """With whom a request about the place `?home=` can be shared, for its form."""
    submitting.check_may_write(viewer())
    home = homes.home_of(viewer(), request.args.get("home", ""))
    if home.tie:
        raise Missing
    return render_template(
        "partials/request_new_people.html",
        people=reach.people(viewer(), home),
        picked=request.args.getlist("people"),
        errors={},
    )


@bp.get("/uploads/<client_id>")
@login_required
def known(client_id: str) -> Response:
    """Whether an upload for a request arrived, asked before it is sent again."""
    return files.answer_known(None, client_id)


@bp.put("/uploads/<client_id>")
@login_required
def upload(client_id: str) -> Response:
    """Take in a photo or a video, the whole body of the request; a repeat is the same file."""
    return files.answer_upload(None, client_id)


@bp.post("")
@login_required
def submit() -> Response:
    """Store a request, once for each `client_id`; without script, on to its page."""
    submitting.check_may_send(viewer())
    files.allow_size_of(MOST_FILES)
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return _submit_by_form()
    made, is_new = _submit()
    address = f"/maintenance/{made.id}"
    response = jsonify(id=made.id, number=made.number, address=address)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = address
    return response


def _submit_by_form() -> Response:
    try:
        made, _ = _submit()
    except Invalid as refusal:
        return _form(request.form, _attached(), refusal.errors, 422)
    except Conflict as refusal:
        # This id stands for another request already, so a second try needs one of its own.
        anew = MultiDict(request.form)
        anew["client_id"] = str(uuid4())
        return _form(anew, _attached(), {"form": refusal.sentence}, 409)
    return go_to(f"/maintenance/{made.id}", SENT)


def _submit() -> tuple[MaintenanceRequest, bool]:
    made, is_new = submitting.submit(viewer(), _wanted())
    if is_new:
        broadcasts.request_changed(made.id)
    return made, is_new


def _wanted() -> Wanted:
    form = request.form
    client_id = form.get("client_id", "")
    numbers = range(1, MOST_TIMES + 1)
    return Wanted(
        client_id=client_id,
        title=form.get("title", ""),
        home=form.get("home", ""),
        description=form.get("description", ""),
        category=form.get("category") or "other",
        priority=URGENT if "urgent" in form else form.get("priority") or NORMAL,
        times=tuple(
            Typed(*(form.get(f"{part}{n}", "") for part in Typed._fields)) for n in numbers
        ),
        may_enter="may_enter" in form,
        access_notes=form.get("access_notes", ""),
        pets=form.get("pets", ""),
        files=(*_copies(client_id), *files.of_form(None, MOST_FILES)),
        people=tuple(map(seq_or_404, form.getlist("people"))),
    )


def _copies(client_id: str) -> tuple[Attachment, ...]:
    """Files of a message that becomes this request: each has a copy of its own, made once."""
    numbers = [seq_or_404(number) for number in request.form.getlist("copies")]
    if not numbers:
        return ()
    if len(numbers) > MOST_FILES:
        raise Invalid({"files": submitting.TOO_MANY})
    try:
        return tuple(
            files.copied(number, str(uuid5(NAMESPACE_URL, f"{client_id}/{number}")))
            for number in numbers
        )
    except Missing:  # the message was deleted while somebody wrote
        raise Invalid({"files": attachments.GONE}) from None


def _attached() -> list[tuple[str, Attachment]]:
    """The files of a form that comes back, each with the name of its field; none is lost."""
    copies = map(seq_or_404, request.form.getlist("copies")[:MOST_FILES])
    waiting = attachments.waiting(viewer(), g.get("brought", ()))
    seen = [("copies", file) for file in attachments.still_visible(viewer(), copies)]
    return [*seen, *(("uploads", file) for file in waiting)]


def _form(
    typed: MultiDict[str, str],
    attached: list[tuple[str, Attachment]],
    errors: dict[str, str] | None = None,
    status: int = 200,
    draft: str = "request",
) -> Response:
    offered, others = _offered(typed)
    home = next((one for one in offered if one.key == typed.get("home")), None)
    if home is None and len(offered) == 1:
        home = offered[0]
    is_team = bool(offered) and offered[0].tie is None
    zone = home.place.zone if home else "UTC"
    today = clock.to_datetime(clock.now(), zone).date()
    return page_or_partial(
        "request_new",
        status,
        typed=typed,
        groups=_grouped(offered),
        others=others,
        home=home,
        is_team=is_team,
        people=reach.people(viewer(), home) if is_team and home else [],
        picked=typed.getlist("people"),
        attached=attached,
        most_photos=MOST_PHOTOS,
        most_files=MOST_FILES,
        too_many=submitting.TOO_MANY,
        times=range(1, MOST_TIMES + 1),
        today=today,
        last_day=today + timedelta(days=submitting.FARTHEST // clock.DAY - 1),
        client_id=typed.get("client_id") or str(uuid4()),
        draft=draft,
        errors=errors or {},
    )


def _offered(typed: MultiDict[str, str]) -> tuple[list[Home], bool]:
    """The places a request can be about, of one side; and whether there is another side, too.

    Who is on a team and somebody's tenant besides writes for the team, unless `as` or the home
    chosen says otherwise.
    """
    own = homes.tenant_homes(viewer())
    shown = chrome.account()
    of_team = homes.team_homes(viewer(), shown) if shown else []
    as_tenant = typed.get("as") == "tenant" or typed.get("home") in {one.key for one in own}
    if own and (as_tenant or not of_team):
        return own, bool(of_team)
    return of_team, bool(own)


def _grouped(offered: list[Home]) -> dict[str, list[Home]]:
    """The places under headings: the team's by property, a tenant's by account if by several."""
    several = len({home.account.id for home in offered}) > 1
    groups: dict[str, list[Home]] = {}
    for home in offered:
        heading = home.place.name if home.tie is None else home.account.name if several else ""
        groups.setdefault(heading, []).append(home)
    return groups
