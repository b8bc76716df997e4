"""Passwords: what they must be, how they are kept, how they are compared."""

from typing import Final

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST: Final = 10
LONGEST: Final = 200
"""Characters; the upper bound keeps a hash from being a way to keep the server busy."""

TOO_SHORT: Final = f"Use at least {SHORTEST} characters."
TOO_LONG: Final = f"Use at most {LONGEST} characters."

METHOD: Final = "scrypt:32768:8:1"
"""What a hash costs: a tenth of a second, and 32 MB."""


def fault(password: str) -> str | None:
    """The sentence that says why `password` cannot be chosen, or None when it can."""
    if len(password.strip()) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    return None


def hash_of(password: str) -> str:
    """The kept form of a password, with its salt. Takes a tenth of a second of CPU."""
    return generate_password_hash(password, METHOD)


def verify(kept: str | None, password: str) -> bool:
    """Whether `password` is the one whose kept form is `kept`. A tenth of a second of CPU.

    :param kept: None when there is no such user: the work is done all the same.
    """
    if len(password) > LONGEST:
        kept, password = None, ""
    return check_password_hash(kept or _kept_of_nobody(), password) and kept is not None


def _kept_of_nobody() -> str:
    """Comparing with this takes as long as with the kept form of a real password.

    So the time of an answer does not tell whether an address has a user.
    """
    return f"{METHOD}${'0' * 16}${'0' * 128}"
