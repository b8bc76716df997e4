"""Limits on what can be abused: guessing passwords, having mails sent to others."""

from collections.abc import Callable
from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, request
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints.extensions import limiter
from models.user import LONGEST_ADDRESS

TOO_MANY_TRIES = "Too many tries. Wait 5 minutes, or use a sign-in link."
TOO_MANY_CHANGES = "Too many tries. Wait 5 minutes."
TOO_MANY_MAILS = "Too many emails to this address. Wait 15 minutes."
TOO_MANY_IN_ALL = "Too many emails at once. Wait an hour."

FormAgain = Callable[[dict[str, str]], Response]
"""Answers a form with errors, at status 429."""

Route = Callable[..., Any]
Limit = Callable[[Route], Route]


def typed_address() -> str:
    """The address in the form, as limits compare it."""
    return request.form.get("email", "").strip().lower()[:LONGEST_ADDRESS]


def of_tries(form_again: FormAgain) -> Limit:
    """At most 10 failed tries in 5 minutes for one address from one client, 100 from a client."""
    errors = {"password": TOO_MANY_TRIES}
    by_address = _of_failures("10 per 5 minutes", _client_and_address, form_again, errors)
    by_client = _of_failures("100 per 5 minutes", _client, form_again, errors)
    return lambda route: by_client(by_address(route))


def of_changes(form_again: FormAgain) -> Limit:
    """At most 10 failed tries of one person in 5 minutes to change their password.

    Whoever finds a device left open shall not guess the password there.
    """
    errors = {"current_password": TOO_MANY_CHANGES}
    return _of_failures("10 per 5 minutes", _person_or_client, form_again, errors)


def of_mails(
    form_again: FormAgain, is_sending: Callable[[], bool] = lambda: bool(typed_address())
) -> Limit:
    """At most 5 mails in 15 minutes to one address, whoever asks and for whatever reason.

    And at most 20 in an hour from a client, 200 for somebody who is signed in: nobody uses
    this server to write to many. Asking counts, not sending: the limit must not tell whether
    an address has a user.

    :param is_sending: whether the request asks for a mail at all.
    """

    def to_one_address(route: Route) -> Route:
        return limiter.shared_limit(
            "5 per 15 minutes",
            scope="mails",
            key_func=typed_address,
            methods=["POST"],
            exempt_when=lambda: not (typed_address() and is_sending()),
            deduct_when=_was_taken,
            on_breach=_answer(form_again, {"email": TOO_MANY_MAILS}),
        )(route)

    def in_all(route: Route) -> Route:
        return limiter.shared_limit(
            lambda: "200 per hour" if current_user.is_authenticated else "20 per hour",
            scope="mails",
            key_func=_person_or_client,
            methods=["POST"],
            exempt_when=lambda: not is_sending(),
            deduct_when=_was_taken,
            on_breach=_answer(form_again, {"email": TOO_MANY_IN_ALL}),
        )(route)

    return lambda route: in_all(to_one_address(route))


def _of_failures(
    rate: str, key: Callable[[], str], form_again: FormAgain, errors: dict[str, str]
) -> Limit:
    limit: Limit = limiter.limit(
        rate,
        key_func=key,
        methods=["POST"],
        deduct_when=lambda response: response.status_code == 422,
        on_breach=_answer(form_again, errors),
    )
    return limit


def _answer(form_again: FormAgain, errors: dict[str, str]) -> Callable[[object], FlaskResponse]:
    return lambda _limit: make_response(form_again(errors))


def _was_taken(response: Response) -> bool:
    return response.status_code < 400


def _client() -> str:
    return f"client:{request.remote_addr}"


def _client_and_address() -> str:
    return f"{_client()}:{typed_address()}"


def _person_or_client() -> str:
    return f"person:{current_user.id}" if current_user.is_authenticated else _client()
