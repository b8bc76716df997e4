"""The photo of a person: chosen by themself, shown wherever they are (SPEC 1).

It is kept as two squares. Its version, part of its address, is the digest of the larger one:
another photo has another address, and nobody can guess one.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models import clock, media, pictures, policy
from models.connection import Connection
from models.database import locked, transaction
from models.errors import Invalid, Missing
from models.media import IMAGES
from models.storage import Storage
from models.user import User

LARGE: Final = 432
SMALL: Final = 144
"""Pixels of both edges: three times the largest picture in a list, for dense screens."""

NO_PICTURE: Final = "{name} is no picture. Choose a photo."


@dataclass(frozen=True)
class Drawn:
    """A photo ready to be kept: its two squares, flushed to disk, and the version it will have."""

    large: Path
    small: Path
    version: str


def draw(arrived: Path, name: str, _received: str = "") -> Drawn:
    """Make of a picture what will be kept, beside it in its folder; costs time on a processor.

    Parameters are those of `media.prepare`.

    :raises Invalid: for the field `files`: broken, too large, or no picture.
    """
    if media.mime_of(arrived) not in IMAGES:
        raise Invalid({"files": NO_PICTURE.format(name=name)})
    with pictures.opened(arrived, name) as image:
        large, small = (pictures.square(image, edge, arrived.parent) for edge in (LARGE, SMALL))
    return Drawn(large, small, hashlib.sha256(large.read_bytes()).hexdigest()[:24])


def keep(person: User, drawn: Drawn, storage: Storage) -> None:
    """Let this be the photo of `person`; the one before is forgotten, content and all.

    The content is stored first: a crash leaves content without a row, which is collected.
    """
    keys = storage.put(drawn.large), storage.put(drawn.small)
    _write(person, drawn.version, keys, storage)


def remove(person: User, storage: Storage) -> None:
    """Let `person` have no photo any more; its content is deleted."""
    _write(person, "", (None, None), storage)


def _write(
    person: User, version: str, keys: tuple[str | None, str | None], storage: Storage
) -> None:
    with transaction():
        before = locked(User.select().where(User.id == person.id)).get()
        User.update(photo=version, photo_key=keys[0], small_photo_key=keys[1]).where(
            User.id == person.id
        ).execute()
    person.photo = version
    for key in filter(None, (before.photo_key, before.small_photo_key)):
        storage.delete(key)


def visible(person: User, other: int, at: int | None = None) -> User:
    """Somebody who has a photo that `person` may see.

    :param at: the instant (ms) that decides which tenancies are current; now if None.
    :raises Missing: when there is nobody with this id, no photo, or none for them.
    """
    at = clock.now() if at is None else at
    found = User.get_or_none((User.id == other) & (User.photo != ""))
    if found is None or not policy.may_see_person(person.id, found.id, at):
        raise Missing
    return found


def of_contacts(connections: Collection[int]) -> dict[int, str]:
    """What names the photo of each of these contacts who has one, see `User.portrait`; one query.

    :param connections: ids of connections whose people the one who asks may see.
    """
    if not connections:
        return {}
    query = (
        Connection.select(Connection.id, User.id, User.photo)
        .join(User, on=(Connection.user == User.id))
        .where(Connection.id.in_(list(connections)) & (User.photo != ""))
    )
    return {tie.id: tie.user.portrait for tie in query}


def holds(key: str) -> bool:
    """Whether the content kept under a key is that of somebody's photo."""
    return User.select().where((User.photo_key == key) | (User.small_photo_key == key)).exists()
