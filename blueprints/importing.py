"""Importing contacts: a file, its preview line by line, and the report of what was added."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from flask import Blueprint, current_app, request, url_for
from flask_login import login_required
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from blueprints import broadcasts, limits
from blueprints.access import viewer
from blueprints.contacts import account_or_404
from blueprints.import_files import ImportFile
from blueprints.notices import go_to
from blueprints.rendering import page_or_partial
from models import clock, importing
from models.account import Account
from models.database import released
from models.errors import Invalid
from models.importing import ADD, FAULTY, THERE, Choices, Plan, Step
from models.importing.spreadsheet import COLUMNS, EMPTY, LARGEST, MOST_LINES, Table
from models.keeping import require_manage, visible_roles

log = logging.getLogger(__name__)

bp = Blueprint("importing", __name__, url_prefix="/contacts/import")

PAGE: Final = 200
"""Lines shown at once."""

TOO_LARGE: Final = (
    f"This is larger than {LARGEST // 1024**2} MB. Split it and import one part after the other."
)
NO_ROOM: Final = "There is no room on the server now. Try again later."
SAY_SO: Final = "Mend the lines with a fault and choose the file again, or leave them out."
NOBODY: Final = "There is nobody to add."
VIEWS: Final = {"all": "", "add": ADD, "there": THERE, "faulty": FAULTY}

# One at a time: the second of two presses finds the report of the first.
_storing = threading.Lock()


def _account() -> Account:
    account = account_or_404()
    require_manage(viewer(), account.id)
    return account


def _off_hub(work: Any, *arguments: Any) -> Any:
    return current_app.config["OFF_HUB"](work, *arguments)


def _form(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    # What was typed can be read only where it was not too large to be read.
    typed = request.form if request.method == "POST" and status != 413 else {}
    return page_or_partial(
        "import",
        status,
        account=_account(),
        columns=COLUMNS,
        most=MOST_LINES,
        megabytes=LARGEST // 1024**2,
        role=request.args.get("role", ""),
        typed=typed,
        errors=errors or {},
    )


@bp.get("")
@login_required
def form() -> Response:
    """Where a file is chosen, or its lines are pasted."""
    return _form()


@bp.get("/template.csv")
@login_required
def template() -> Response:
    """A file with the headings, to fill in."""
    _account()
    return _file(importing.template(), "contacts.csv")


@bp.post("")
@login_required
@limits.of_files(lambda errors: _form(errors, 429))
def bring() -> Response:
    """Take a file in, and lead to its preview; nothing is added yet."""
    account = _account()
    try:
        data = _brought()
        _off_hub(importing.read, data)
        file = ImportFile.keep(data, viewer().id, account.id)
    except RequestEntityTooLarge:
        return _form({"file": TOO_LARGE}, 413)
    except Invalid as refusal:
        return _form(refusal.errors, 422)
    except OSError:
        log.exception("A table of contacts could not be kept")
        return _form({"file": NO_ROOM}, 422)
    role = request.args.get("role") or None
    return go_to(url_for("importing.preview", token=file.token, role=role))


def _brought() -> bytes:
    """The file of the form, else its text.

    :raises RequestEntityTooLarge: when it is larger than LARGEST.
    :raises Invalid: when there is neither.
    """
    request.max_content_length = request.max_form_memory_size = 2 * LARGEST
    if (request.content_length or 0) > 2 * LARGEST:
        raise RequestEntityTooLarge
    file = request.files.get("file")
    data = file.stream.read(LARGEST + 1) if file and file.filename else b""
    data = data or request.form.get("text", "").encode("utf-8", "replace")
    if len(data) > LARGEST:
        raise RequestEntityTooLarge
    if not data.strip():
        raise Invalid({"file": EMPTY})
    return data


@bp.get("/<token>")
@login_required
def preview(token: str) -> Response:
    """What becomes of each line, `?show=` of some of them, `?page=` from 1."""
    account = _account()
    file = ImportFile.find(token, viewer().id, account.id)
    if file.report() is not None:
        return go_to(url_for("importing.report", token=token))
    return _preview(account, file, *_planned(account, file))


@bp.get("/<token>/faults.csv")
@login_required
def faults(token: str) -> Response:
    """The lines with a fault, to mend and bring again."""
    account = _account()
    _, plan = _planned(account, ImportFile.find(token, viewer().id, account.id))
    return _file(_off_hub(importing.faults_of, plan), "lines-with-a-fault.csv")


@bp.post("/<token>")
@login_required
def bring_in(token: str) -> Response:
    """Add everybody the preview promised, or nobody; again, it leads to the report of the first."""
    account = _account()
    file = ImportFile.find(token, viewer().id, account.id)
    with _alone():
        if file.report() is None:
            table, plan = _planned(account, file)
            try:
                refusal = _refusal(account, file, table, plan) or _stored(
                    account, file, table, plan
                )
            except importing.Changed as changed:
                refusal = _changed(account, file, table, changed)
            if refusal:
                return refusal
    return go_to(url_for("importing.report", token=token))


def _refusal(account: Account, file: ImportFile, table: Table, plan: Plan) -> Response | None:
    """The preview again, with what is missing before anything can be added.

    :raises importing.Changed: when it is not what was shown.
    """
    if request.form.get("seen") != plan.mark:
        raise importing.Changed(plan)
    if plan.of(FAULTY) and "without_faults" not in request.form:
        return _preview(account, file, table, plan, 422, errors={"without_faults": SAY_SO})
    if not plan.entries:
        return _preview(account, file, table, plan, 422, errors={"without_faults": NOBODY})
    return None


def _stored(account: Account, file: ImportFile, table: Table, plan: Plan) -> Response | None:
    """Add everybody; the preview again where that would be too many mails."""
    invites = "invites" in request.form
    with limits.many_mails(plan.addresses if invites else [], by="team") as errors:
        if errors:
            said = {"invites": errors["email"]}
            return _preview(account, file, table, plan, 429, errors=said)
        plan = importing.bring_in(viewer(), plan, table, _off_hub, invites=invites)
    _report(file, plan, len(plan.addresses) if invites else 0)
    broadcasts.account_changed(account.id)
    return None


def _changed(
    account: Account, file: ImportFile, table: Table, changed: importing.Changed
) -> Response | None:
    """The preview again, with what is otherwise than it was; or nothing where all are there.

    Then most likely the answer to the same press was lost, and its report with it.
    """
    plan, seen = changed.plan, request.form.get("seen", "")
    pairs = list(zip(seen, plan.steps, strict=False))
    to_add = [step for letter, step in pairs if letter in "an"]
    if to_add and not plan.entries and all(step.verdict == THERE for step in to_add):
        _report(file, plan, 0)
        return None
    other = {step.line.number for letter, step in pairs if step.letter != letter}
    return _preview(
        account, file, table, plan, 409, errors={"changed": changed.sentence}, changed=other
    )


@bp.get("/<token>/report")
@login_required
def report(token: str) -> Response:
    """What was added, line by line, `?page=` from 1."""
    account = _account()
    file = ImportFile.find(token, viewer().id, account.id)
    found = file.report()
    if found is None:
        return go_to(url_for("importing.preview", token=token))
    # What is hidden by now, as owners in Landlord mode, is hidden here too.
    roles = visible_roles(viewer(), account)
    lines, pages = _page_of([line for line in found["lines"] if line["role"] in roles])
    return page_or_partial(
        "import_report", account=account, report=found, lines=lines, token=token, **pages
    )


def _planned(account: Account, file: ImportFile) -> tuple[Table, Plan]:
    table = _off_hub(importing.read, file.data())
    choices = _choices(account, table)
    return table, importing.make_plan(viewer(), account.id, table, choices, _off_hub, clock.now())


def _choices(account: Account, table: Table) -> Choices:
    """What was chosen in the address, so that a page, its links and its form agree."""
    roles, asked = visible_roles(viewer(), account), request.args
    # Most of America writes the month first.
    day_first = importing.day_comes_first(table, not account.zone.startswith("America/"))
    return Choices(
        role=asked["role"] if asked.get("role") in roles else roles[0],
        makes_places=asked.get("places") == "add",
        day_first={"day": True, "month": False}.get(asked.get("days", ""), day_first),
    )


def _preview(
    account: Account,
    file: ImportFile,
    table: Table,
    plan: Plan,
    status: int = 200,
    **more: Any,
) -> Response:
    show = request.args.get("show", "all")
    wanted = VIEWS.get(show, "")
    steps, pages = _page_of([one for one in plan.steps if wanted in ("", one.verdict)])
    kept: dict[str, Any] = {
        "role": plan.choices.role,
        "places": "add" if plan.choices.makes_places else None,
        "days": "day" if plan.choices.day_first else "month",
    }
    response = page_or_partial(
        "import_preview",
        status,
        account=account,
        roles=visible_roles(viewer(), account),
        plan=plan,
        table=table,
        numbers={view: len(plan.of(one)) for view, one in VIEWS.items() if one},
        steps=steps,
        show=show if show in VIEWS else "all",
        here=url_for("importing.preview", token=file.token, **kept),
        token=file.token,
        most_mails=limits.MAILS_AN_HOUR,
        **_asked(table, plan),
        **pages,
        **({"errors": {}, "changed": set(), "chosen": request.form} | more),
    )
    # Going back after the import leads to the report, not to what was seen before it.
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(table: Table, plan: Plan) -> Mapping[str, bool]:
    """What there is to choose: only what would make a difference."""
    placeless = any(step.faults.keys() & {"property", "unit"} for step in plan.steps)
    return {
        "asks_role": any(not line.cells.get("role") for line in table.lines),
        "asks_places": plan.facts.all_properties and (placeless or plan.choices.makes_places),
        "asks_days": importing.has_slashes(table),
    }


def _page_of(lines: list[Any]) -> tuple[list[Any], dict[str, int | bool]]:
    last = max(1, -(-len(lines) // PAGE))
    number = max(1, min(request.args.get("page", 1, type=int), last))
    start = (number - 1) * PAGE
    return lines[start : start + PAGE], {"number": number, "has_more": len(lines) > start + PAGE}


def _report(file: ImportFile, plan: Plan, invited: int) -> None:
    """Keep what was done. It is done: a report that cannot be kept is only logged."""
    report = {
        "added": len(plan.entries),
        "there": len(plan.of(THERE)),
        "left_out": len(plan.of(FAULTY)),
        "invited": invited,
        "properties": len(plan.properties),
        "units": len(plan.units),
        "lines": [_reported(step) for step in plan.steps],
    }
    try:
        file.keep_report(report)
    except OSError:
        log.exception("The report of an import could not be kept")


def _reported(step: Step) -> dict[str, Any]:
    home = step.entry.home if step.entry else None
    place = f"{home.property.name}, {home.unit.name}" if home else ""
    owned = ", ".join(one.name for one in step.entry.owned) if step.entry else ""
    return {
        "number": step.line.number,
        "name": step.entry.columns["name"] if step.entry else step.line.cells["name"],
        "role": step.role,
        "verdict": step.verdict,
        "words": step.because or " ".join(step.faults.values()) or place or owned,
    }


def _file(data: bytes, name: str) -> Response:
    response = Response(data, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@contextmanager
def _alone() -> Iterator[None]:
    if not _storing.acquire(blocking=False):
        with released():  # who waits holds no connection
            _storing.acquire()
    try:
        yield
    finally:
        _storing.release()
