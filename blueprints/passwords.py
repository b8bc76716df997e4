"""Passwords out of forms; the hashing is done where it does not hold everybody else up."""

from flask import current_app, request

from models import passwords
from models.errors import Invalid


def chosen_password(name: str = "password") -> str:
    """The kept form of the password that a form chooses.

    :raises Invalid: when it cannot be chosen.
    """
    password = request.form.get(name, "")
    fault = passwords.fault(password)
    if fault:
        raise Invalid({name: fault})
    return str(current_app.config["OFF_HUB"](passwords.hash_of, password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether `password` is the one kept as `kept`; takes as long when `kept` is None."""
    return bool(current_app.config["OFF_HUB"](passwords.verify, kept, password))
