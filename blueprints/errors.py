"""Whatever goes wrong, in words: a page, or the partial for htmx; never a traceback."""

import json
import logging
import secrets
from typing import cast

from flask import Flask, current_app, flash, g, jsonify, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from blueprints import rendering, security
from blueprints.access import by_script
from blueprints.extensions import login_manager
from models import errors

log = logging.getLogger(__name__)

WORDS = {
    400: ("That request can't be read", "Go back and try again."),
    401: ("You're not signed in", "Sign in and try again."),
    403: ("You don't have access to this", "Ask the person who invited you for access."),
    404: ("This door doesn't open", "The page moved, or you no longer have access to it."),
    405: ("This door doesn't open", "The page moved, or you no longer have access to it."),
    409: ("Somebody was faster", "Look at what changed, then try again."),
    410: ("This door doesn't open", "The page moved, or you no longer have access to it."),
    413: ("That is too much at once", "Send it in smaller parts."),
    422: ("Something is missing", "Go back, fill it in and try again."),
    429: ("Too many tries", "Wait 5 minutes, then try again."),
    500: ("Something broke on our side", "Your messages are safe."),
    503: ("Hallway is resting", "It will be back in a moment."),
}
REFUSALS = {errors.Missing: 404, errors.Conflict: 409, errors.Refused: 403, errors.Invalid: 422}
UNSTORABLE = "This text has a character that can't be stored. Try typing it again."
SIGNED_OUT = "You were signed out. Sign in and your draft is still here."
ENDED = "You were signed out on this device, and what it kept for you was removed."


def init_app(app: Flask) -> None:
    """Answer every HTTP error, every refusal of `models.errors` and every failure."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(errors.HallwayError, _refusal)
    app.register_error_handler(ValueError, _value_error)
    app.register_error_handler(Exception, _failure)
    login_manager.unauthorized_handler(ask_to_sign_in)


def answer(status: int, sentence: str | None = None, reference: str | None = None) -> Response:
    """The error as a page or partial.

    :param sentence: replaces the usual explanation of this status.
    :param reference: what a person can quote and an operator can find in the log.
    """
    title, usual = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    words = {"title": title, "text": sentence or usual, "reference": reference}
    words["back"] = None if status == 404 else _way_back()
    try:
        response = rendering.page_or_partial("error", status, **words)
    except Exception:
        # The page around the error may be what failed.
        log.exception("The error page failed, the bare one is shown")
        bare = current_app.jinja_env.get_template("pages/bare_error.html")
        response = Response(bare.render(words), status, content_type="text/html; charset=utf-8")
    if rendering.wants_partial() and request.method != "GET":
        # What was typed stays on the screen; the sentence comes as a toast.
        response.headers["HX-Reswap"] = "none"
        response.headers["HX-Trigger"] = json.dumps({"toast": f"{title}. {words['text']}"})
    return response


def _way_back() -> str | None:
    """The page of the maintenance request with which something could not be done."""
    number = (request.view_args or {}).get("request_id")
    return url_for("maintenance.show", request_id=number) if number else None


def say_why_signed_out() -> None:
    """Tell who was signed in here, on the page that is shown next, why they are not any more."""
    if session.pop("_user_id", None):
        flash(ENDED if g.get("ended") else SIGNED_OUT)


def ask_to_sign_in() -> Response:
    """Send a visitor to the sign-in page and back afterwards.

    Scripts get 401 with the address, because a sign-in page must not land inside a page.
    """
    if by_script():
        # The page it asks for goes to the form, and is told there. Its cookies stay: somebody may
        # have signed in since this was asked, and a late answer must not undo that.
        return Response(status=401, headers={"HX-Redirect": url_for(str(login_manager.login_view))})
    say_why_signed_out()
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for(str(login_manager.login_view), next=None if back == "/" else back))


def _refusal(error: errors.HallwayError) -> Response:
    """What a write function did not do, and why; as data for a script that asks for it.

    The composer puts the sentence beside the field and keeps what was typed.
    """
    status = next(code for kind, code in REFUSALS.items() if isinstance(error, kind))
    sentence = None if isinstance(error, errors.Missing) else str(error)
    if request.accept_mimetypes.best != "application/json":
        return answer(status, sentence)
    response = jsonify(sentence=sentence or WORDS[status][1], errors=getattr(error, "errors", {}))
    response.status_code = status
    return response


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return cast("Response", error.response)
    if isinstance(error, InternalServerError):
        return _failure(error.original_exception or error)
    response = answer(error.code or 500)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _value_error(error: ValueError) -> Response:
    # What PostgreSQL's driver says to a null byte that no field's own check has met.
    return answer(422, UNSTORABLE) if "NUL (0x00)" in str(error) else _failure(error)


def _failure(error: BaseException) -> Response:
    reference = f"{secrets.token_hex(2)}-{secrets.token_hex(1)}".upper()
    address = security.logged_address()
    log.error("Reference %s: %s %s", reference, request.method, address, exc_info=error)
    return answer(500, reference=reference)
