"""What an act answers that leads to another page: where to go, and a notice that it is done."""

from flask import Response, flash, redirect

from blueprints.rendering import wants_partial


def go_to(address: str, sentence: str = "") -> Response:
    """Lead to `address` and show `sentence` there.

    A script is told where to go: following by itself it would put a whole page into a part.
    """
    if sentence:
        flash(sentence)
    if not wants_partial():
        return redirect(address, 303)  # type: ignore[return-value]
    response = Response(status=204)
    response.headers["HX-Redirect"] = address
    return response
