"""Demo data: two accounts, their people and several weeks of conversation, made at load.

Who is who stands in `cast`, what they say in `conversations/`. Everything is stored through
the write functions of the product, each at its own moment of the past, so that windows,
numbers, editions and the hash chain are as true as those of a real house.
"""

from typing import Final

from models import clock, passwords
from models.demo import cast, staging
from models.storage import Storage
from models.user import User

PASSWORD: Final = "hallway-demo"  # noqa: S105  # public: a server others can reach refuses it
"""The password of everybody; `blueprints.launch` keeps it from servers others can reach."""

SIGN_INS: Final = list(cast.SIGN_INS)
"""Name and e-mail of the people to sign in as, in the order they are shown."""


def load(storage: Storage, at: int | None = None) -> None:
    """Fill an empty, migrated database; one transaction, a few seconds at most.

    :param storage: takes the photos and documents.
    :param at: the instant (ms) that counts as the present; now if None.
    """
    password_hash = passwords.hash_of(PASSWORD)
    staging.perform(password_hash, storage, clock.now() if at is None else at)


def is_present() -> bool:
    """Whether anybody of the demo can sign in to this database."""
    return User.select().where(User.email.in_(cast.ADDRESSES)).exists()
