"""What stands between a request and the models: who asks, and what they ask for."""

import re
from typing import cast

from flask import request
from flask_login import current_user

from models.database import OPEN
from models.errors import Missing
from models.requests.view import RequestView
from models.user import User
from models.view import View


def viewer() -> User:
    """The person signed in; routes that call this require a login."""
    return cast("User", current_user._get_current_object())  # noqa: SLF001  the documented way


def by_script() -> bool:
    """Whether a script asks, and no page is being gone to (Fetch Metadata, `Sec-Fetch-Mode`)."""
    # A service worker that loads a page says so in the mode alone.
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.headers.get("HX-Request") == "true" or mode != "navigate"


def view_or_404(thread: int) -> View:
    """The thread as the person signed in sees it.

    :raises Missing: answered with 404, whether it is not there or not theirs.
    """
    return View.load(viewer(), thread)


def request_or_404(request: int) -> RequestView:
    """The maintenance request as the person signed in sees it.

    :raises Missing: answered with 404, whether it is not there or not theirs.
    """
    return RequestView.load(viewer(), request)


def seq_or_404(number: str | None) -> int:
    """A number of the rising counter out of a query or form.

    :raises Missing: for anything else.
    """
    # Python refuses to read very many digits.
    if number is None or not re.fullmatch(r"[0-9]{1,19}", number) or int(number) > OPEN:
        raise Missing
    return int(number)
