"""How HTML is made: a page, its partial for htmx, or one fragment for everybody."""

from typing import Any

from flask import Flask, current_app, make_response, render_template, request
from jinja2 import Environment, StrictUndefined
from werkzeug.wrappers import Response

from blueprints import assets, chrome, compression, shown_files
from blueprints.linkify import linkify, marked_up
from blueprints.words import AUDIENCES, CATEGORIES, CHANNELS, MODES, PRIORITIES, STATUSES
from models import clock, names, office_hours
from models.connection import TEAM_ROLES
from models.inviting import AGAIN_AFTER
from models.link import LIFE
from models.maintenance import times_of
from models.office_hours import DAYS
from models.requests import visits

# What differs between requests for the same address decides what caches may share.
VARIES_BY = "HX-Request, HX-Request-Type, HX-History-Restore-Request"
OF_THE_VIEWER = (
    "request",
    "session",
    "g",
    "get_flashed_messages",
    "current_user",
    "config",
    "account_field",
)


def init_app(app: Flask) -> None:
    """Register the filters and the names that templates use."""
    assets.init_app(app)
    compression.init_app(app)
    app.jinja_env.filters.update(
        iso=clock.iso,
        times_of=times_of,
        linkify=linkify,
        marked_up=marked_up,
        first_name=names.first,
        in_a_row=names.in_a_row,
        in_words=clock.in_words,
        in_lines=office_hours.in_lines,
        address=shown_files.address,
        box=shown_files.box,
        film_box=shown_files.film_box,
        ending=shown_files.ending,
        size_in_words=shown_files.in_words,
    )
    app.jinja_env.globals.update(
        LINK_LIFE=LIFE,
        RESENT_AFTER=AGAIN_AFTER,
        CHANNELS=CHANNELS,
        MODES=MODES,
        WEEKDAYS=DAYS,
        AUDIENCES=AUDIENCES,
        CATEGORIES=CATEGORIES,
        STATUSES=STATUSES,
        PRIORITIES=PRIORITIES,
        TEAM_ROLES=TEAM_ROLES,
    )
    app.jinja_env.globals.update(may_plan=visits.may_plan, may_accept=visits.may_accept)
    app.jinja_env.globals.update(account_field=chrome.account_field)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    shared = app.jinja_env.overlay(undefined=StrictUndefined)
    shared.globals = {
        name: value for name, value in shared.globals.items() if name not in OF_THE_VIEWER
    }
    app.extensions["hallway.shared"] = shared


def wants_partial() -> bool:
    """Whether htmx asks for a part of the page it already shows.

    Going back, and a link that swaps the whole body, need the page.
    """
    asked = request.headers
    return (
        asked.get("HX-Request") == "true"
        and asked.get("HX-History-Restore-Request") != "true"
        and asked.get("HX-Request-Type") != "full"
    )


def page_or_partial(name: str, /, status: int = 200, **context: Any) -> Response:
    """`partials/<name>.html` for htmx, otherwise `pages/<name>.html`, which includes it."""
    partial = wants_partial()
    folder = "partials" if partial else "pages"
    shown = context if partial else chrome.context() | context
    response: Response = make_response(render_template(f"{folder}/{name}.html", **shown), status)
    response.vary.update(VARIES_BY.split(", "))
    return response


def shared_fragment(name: str, /, **context: Any) -> str:
    """`partials/<name>.html` as it is for everybody.

    It is stored, sent to sockets and shown to others, so nothing of the present viewer may
    reach it: no request, no session, no context processor; and what was forgotten is an error.
    """
    shared: Environment = current_app.extensions["hallway.shared"]
    return shared.get_template(f"partials/{name}.html").render(**context)
