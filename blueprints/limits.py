"""Limits on what can be abused without being signed in: guessing passwords, sending mails."""

from collections.abc import Callable
from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, request
from werkzeug.wrappers import Response

from blueprints.extensions import limiter
from models.user import LONGEST_ADDRESS

TOO_MANY_TRIES = "Too many tries. Wait 5 minutes, or use a sign-in link."
TOO_MANY_MAILS = "Too many emails to this address. Wait 15 minutes."

Route = Callable[..., Any]


def typed_address() -> str:
    """The address in the form, as limits compare it."""
    return request.form.get("email", "").strip().lower()[:LONGEST_ADDRESS]


def of_tries(form_again: Callable[[dict[str, str]], Response]) -> Callable[[Route], Route]:
    """At most 10 failed tries in 5 minutes for one address from one client, 100 from a client.

    :param form_again: answers the form with errors, at status 429.
    """

    def breached(_limit: object) -> FlaskResponse:
        return make_response(form_again({"password": TOO_MANY_TRIES}))

    def failed(response: Response) -> bool:
        return response.status_code == 422

    def limited(route: Route) -> Route:
        for rate, key in (
            ("10 per 5 minutes", _client_and_address),
            ("100 per 5 minutes", _client),
        ):
            route = limiter.limit(
                rate, key_func=key, methods=["POST"], deduct_when=failed, on_breach=breached
            )(route)
        return route

    return limited


def of_mails(form_again: Callable[[dict[str, str]], Response]) -> Callable[[Route], Route]:
    """At most 5 mails in 15 minutes to one address, whoever asks and for whatever reason.

    Asking counts, not sending: the limit must not tell whether an address has a user.

    :param form_again: answers the form with errors, at status 429.
    """

    def breached(_limit: object) -> FlaskResponse:
        return make_response(form_again({"email": TOO_MANY_MAILS}))

    def asked(response: Response) -> bool:
        return response.status_code < 400

    def limited(route: Route) -> Route:
        return limiter.shared_limit(
            "5 per 15 minutes",
            scope="mails",
            key_func=typed_address,
            methods=["POST"],
            exempt_when=lambda: not typed_address(),
            deduct_when=asked,
            on_breach=breached,
        )(route)

    return limited


def _client() -> str:
    return f"client:{request.remote_addr}"


def _client_and_address() -> str:
    return f"{_client()}:{typed_address()}"
