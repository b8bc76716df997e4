"""Answers inside the product (SPEC 9), for everybody, signed in or not."""

from flask import Blueprint
from werkzeug.wrappers import Response

from blueprints.rendering import page_or_partial

bp = Blueprint("help", __name__)


@bp.get("/help")
def answers() -> Response:
    """One page with what people ask."""
    return page_or_partial("help")
