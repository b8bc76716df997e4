"""Limits on what can be abused: guessing passwords, having mails sent to others.

Every attempt is counted before its work begins, so that requests at the same moment cannot all
find room; what turns out not to count is given back afterwards.
"""

import ipaddress
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import make_response, request
from flask_login import current_user
from limits import RateLimitItem, parse
from werkzeug.wrappers import Response

from blueprints.extensions import limiter
from models.errors import HallwayError
from models.user import LONGEST_ADDRESS

TOO_MANY_TRIES = "Too many tries. Wait 5 minutes, or use a sign-in link."
TOO_MANY_GUESSES = "Too many tries. Wait an hour, or use a sign-in link."
TOO_MANY_CHANGES = "Too many tries. Wait 5 minutes."
TOO_MANY_MAILS = "Too many emails to this address. Wait 15 minutes."
TOO_MANY_IN_ALL = "Too many emails at once. Wait an hour."

TOO_MANY_FILES = "Too many files at once. Wait an hour."

MAILS_AN_HOUR = 200
"""How many mails somebody who is signed in can have sent in an hour."""

FormAgain = Callable[[dict[str, str]], Response]
"""Answers a form with errors, at status 429."""

Route = Callable[..., Any]
Limit = Callable[[Route], Route]

# The storage's own lock does not cover the first hit of a window.
_counting = threading.Lock()


@dataclass(frozen=True)
class _Bucket:
    """What one rule counts together, and what is said when it is full."""

    rate: str
    key: str
    errors: dict[str, str]
    cost: int = 1
    item: RateLimitItem = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "item", parse(self.rate))

    def take(self) -> bool:
        """Count one attempt, if there is room."""
        with _counting:
            return limiter.limiter.test(
                self.item, self.key, cost=self.cost
            ) and limiter.limiter.hit(self.item, self.key, cost=self.cost)

    def give_back(self) -> None:
        """Uncount one attempt, if its window is not over."""
        key = self.item.key_for(self.key)
        with _counting:
            if limiter.storage.get(key):
                limiter.storage.decr(key, self.cost)  # type: ignore[attr-defined]


def typed_address() -> str:
    """The address in the form, as limits compare it."""
    return request.form.get("email", "").strip().lower()[:LONGEST_ADDRESS]


def of_tries(form_again: FormAgain) -> Limit:
    """At most 10 failed tries in 5 minutes for one address from one client, 100 from a client.

    And at most 100 in an hour for one address, however many clients share the guessing.
    """

    def buckets() -> list[_Bucket]:
        address, too_many = typed_address(), {"password": TOO_MANY_TRIES}
        return [
            _Bucket("100 per 5 minutes", f"tries:{_client()}", too_many),
            _Bucket("10 per 5 minutes", f"tries:{_client()}:{address}", too_many),
            _Bucket("100 per hour", f"guesses:{address}", {"password": TOO_MANY_GUESSES}),
        ]

    return _limit(buckets, _has_failed, form_again)


def of_changes(form_again: FormAgain) -> Limit:
    """At most 10 failed tries of one person in 5 minutes to change their password.

    Whoever finds a device left open shall not guess the password there.
    """
    errors = {"current_password": TOO_MANY_CHANGES}
    return _limit(
        lambda: [_Bucket("10 per 5 minutes", f"changes:{_person_or_client()}", errors)],
        _has_failed,
        form_again,
    )


def of_mails(
    form_again: FormAgain,
    is_sending: Callable[[], bool] = lambda: bool(typed_address()),
    address: Callable[[], str] = typed_address,
    by: str = "anybody",
) -> Limit:
    """At most 5 mails in 15 minutes to one address, whoever asks and for whatever reason.

    And at most 20 in an hour from a client, 200 for somebody who is signed in: nobody uses
    this server to write to many. Asking counts, not sending: the limit must not tell whether
    an address has a user.

    :param is_sending: whether the request asks for a mail at all.
    :param address: where the mail will go.
    :param by: who can ask. What a team sends is counted apart from what anybody can ask for,
        or a stranger could close a mailbox to invitations.
    """

    def buckets() -> list[_Bucket]:
        if not is_sending():
            return []
        to = address()
        return [_mails_in_all(), *([_mails_to(to, by)] if to else [])]

    return _limit(buckets, _was_taken, form_again)


@contextmanager
def many_mails(addresses: Collection[str], by: str) -> Iterator[dict[str, str]]:
    """The limits of `of_mails` for one mail to each of many addresses, all or none.

    Gives the errors when there is no room; when what is inside raises, nothing was counted.
    """
    buckets = [_mails_in_all(len(addresses)), *(_mails_to(to, by) for to in addresses)]
    taken: list[_Bucket] = []
    errors: dict[str, str] = {}
    for bucket in buckets if addresses and limiter.enabled else []:
        if not bucket.take():
            errors = bucket.errors
            break
        taken.append(bucket)
    try:
        yield errors
    except BaseException:
        _give_back(taken)
        raise
    if errors:
        _give_back(taken)


def of_files(form_again: FormAgain, kind: str = "tables", where: str = "file") -> Limit:
    """At most 60 files in an hour from a person: each is work, or is kept for a while.

    :param kind: of files, which are counted together.
    :param where: the field beside which it is said.
    """
    errors = {where: TOO_MANY_FILES}
    return _limit(
        lambda: [_Bucket("60 per hour", f"{kind}:{_person_or_client()}", errors)],
        lambda _: True,
        form_again,
    )


def _mails_in_all(number: int = 1) -> _Bucket:
    rate = f"{MAILS_AN_HOUR if current_user.is_authenticated else 20} per hour"
    key = f"mails:{_person_or_client()}"
    return _Bucket(rate, key, {"email": TOO_MANY_IN_ALL}, cost=number)


def _mails_to(to: str, by: str) -> _Bucket:
    return _Bucket("5 per 15 minutes", f"mails:{by}:to:{to}", {"email": TOO_MANY_MAILS})


def _limit(
    buckets: Callable[[], list[_Bucket]],
    counts: Callable[[Response], bool],
    form_again: FormAgain,
) -> Limit:
    def limited(route: Route) -> Route:
        @wraps(route)
        def attempt(*args: Any, **kwargs: Any) -> Response:
            taken: list[_Bucket] = []
            for bucket in buckets() if limiter.enabled else []:
                if not bucket.take():
                    _give_back(taken)
                    return form_again(bucket.errors)
                taken.append(bucket)
            try:
                response = make_response(route(*args, **kwargs))
            except HallwayError:
                _give_back(taken)
                raise
            if not counts(response):
                _give_back(taken)
            return response

        return attempt

    return limited


def _give_back(taken: list[_Bucket]) -> None:
    for bucket in taken:
        bucket.give_back()


def _has_failed(response: Response) -> bool:
    return response.status_code == 422


def _was_taken(response: Response) -> bool:
    return response.status_code < 400


def _client() -> str:
    """The client's address; of an IPv6 one the network, all of which one client has."""
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return f"client:{text}"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return f"client:{address.ipv4_mapped}"
        return f"client:{ipaddress.ip_network((address, 64), strict=False)}"
    return f"client:{address}"


def _person_or_client() -> str:
    return f"person:{current_user.id}" if current_user.is_authenticated else _client()
