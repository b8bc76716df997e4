"""Files from people: uploaded first, then carried by a message or a maintenance request."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from peewee import IntegrityError

from models import clock, photos, text
from models.database import locked, transaction
from models.errors import Conflict, Invalid, Missing, Refused
from models.media import Prepared
from models.message import Attachment, Message
from models.requests.view import RequestView
from models.storage import Storage
from models.user import User
from models.view import View

MOST: Final = 10
"""Files in one message (SPEC 3)."""

MOST_WAITING: Final = 40
"""Uploads of one person that wait for their message: enough for four of them."""

KEPT_FOR: Final = clock.DAY
"""Milliseconds after which an upload that no message carries is an orphan."""

LONGEST_NAME: Final = 150

TOO_MANY: Final = f"Send at most {MOST} files at once."
GONE: Final = "A file is not here any more. Attach it again."

# Marks that reverse the direction of what follows could dress up `exe.jpg` as another ending.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def check_may_upload(person: User, thread: int) -> None:
    """Let only those upload who may write in the thread, and not without end.

    :raises Missing: when there is no such thread for them.
    :raises Refused: when they may not write there, or too many of their files wait.
    """
    refusal = View.load(person, thread).refusal()
    if refusal:
        raise Refused(refusal)
    check_room(person)


def check_room(person: User) -> None:
    """Let nobody upload without end.

    :raises Refused: when too many of their files wait.
    """
    waiting = Attachment.waits() & (Attachment.uploader == person.id)
    if Attachment.select().where(waiting).count() >= MOST_WAITING:
        raise Refused("Many of your files wait to be sent. Send or remove some first.")


def known(person: User, thread: int | None, client_id: str) -> Attachment | None:
    """What a `client_id` was uploaded as before: then it need not be sent again.

    :param thread: where it is to be sent; None for a request.
    :raises Invalid: for a `client_id` that is no UUID.
    :raises Conflict: when it was used in another thread.
    """
    client_id = _one_spelling(client_id)
    found = Attachment.get_or_none(
        (Attachment.uploader == person.id) & (Attachment.client_id == client_id)
    )
    if found is not None and found.thread_id != thread:
        raise Conflict("This file was already sent elsewhere. Attach it again.")
    return found


def keep(
    person: User,
    thread: int | None,
    client_id: str,
    name: str,
    prepared: Prepared,
    storage: Storage,
) -> Attachment:
    """Keep a prepared file until a message, or without a `thread` a request, carries it.

    The content is stored before the row: a row without content is never seen, content
    without a row is an orphan and collected.

    :raises Invalid: and
    :raises Conflict: as `known`.
    """
    thumbnail = storage.put(prepared.thumbnail) if prepared.thumbnail else None
    key = storage.put(prepared.path)
    try:
        with transaction():
            return Attachment.create(
                thread=thread,
                uploader=person.id,
                client_id=_one_spelling(client_id),
                name=prepared.name(name),
                kind=prepared.kind,
                content_type=prepared.content_type,
                size=prepared.size,
                sha256=prepared.sha256,
                received=prepared.received,
                width=prepared.width,
                height=prepared.height,
                storage_key=key,
                thumbnail_key=thumbnail,
                created_at=clock.now(),
            )
    except IntegrityError:
        # The same upload came twice at once; the other one was first.
        _forget(storage, (key, thumbnail))
        first = known(person, thread, client_id)
        if first is None:
            raise
        return first


def of(
    person: User, thread: int | None, ids: Sequence[int], most: int = MOST
) -> tuple[Attachment, ...]:
    """The files `person` uploaded into a thread for a message, in the order given.

    Those that a message carries already are among them: it may be the same message again.

    :param thread: None for what was uploaded for a request.
    :param most: how many there may be.
    :raises Invalid: for the field `files`, when one is not theirs or there are too many.
    """
    if len(ids) > most:
        raise Invalid({"files": TOO_MANY})
    there = Attachment.thread.is_null() if thread is None else Attachment.thread == thread
    found = {
        file.id: file
        for file in Attachment.select().where(
            Attachment.id.in_(list(ids)) & (Attachment.uploader == person.id) & there
        )
    }
    if len(set(ids)) != len(ids) or len(found) != len(ids):
        raise Invalid({"files": GONE})
    return tuple(found[number] for number in ids)


def waiting(person: User, ids: Collection[int]) -> list[Attachment]:
    """Those of these uploads that are theirs and that nothing carries yet."""
    mine = Attachment.id.in_(list(ids)) & (Attachment.uploader == person.id)
    return list(Attachment.select().where(mine & Attachment.waits()).order_by(Attachment.id))


def claim(files: Collection[Attachment]) -> list[Attachment]:
    """These files for the one message or request that will carry them, locked, in their order.

    :raises Invalid: for the field `files`, when another one carries one already.
    """
    if not files:
        return []
    ids = [file.id for file in files]
    free = Attachment.select().where(Attachment.id.in_(ids) & Attachment.waits())
    found = {file.id: file for file in locked(free)}
    if len(found) != len(ids):
        raise Invalid({"files": GONE})
    return [found[number] for number in ids]


def visible(person: User, number: int) -> Attachment:
    """The file with this id, for who may see the message or the request that carries it.

    Until one does, it is its uploader's alone.

    :raises Missing: for everybody else, and when the message was deleted.
    """
    file = Attachment.get_or_none(Attachment.id == number)
    if file is None:
        raise Missing
    if file.request_id is not None:
        RequestView.load(person, file.request_id)
        return file
    if file.message_id is None:
        if file.uploader_id != person.id:
            raise Missing
        return file
    message: Message = file.message
    if message.deleted_version is not None:
        raise Missing
    if not View.load(person, message.thread_id).may_see(message):
        raise Missing
    return file


def still_visible(person: User, numbers: Iterable[int]) -> Iterator[Attachment]:
    """The files with these ids, without those that `visible` raises for."""
    for number in numbers:
        with suppress(Missing):
            yield visible(person, number)


def remove(person: User, number: int, storage: Storage) -> None:
    """Take back an upload that nothing carries.

    :raises Missing: when it is not theirs, or something carries it.
    """
    mine = (Attachment.id == number) & (Attachment.uploader == person.id)
    with transaction():
        file = locked(Attachment.select().where(mine & Attachment.waits())).first()
        if file is None:
            raise Missing
        file.delete_instance()
    _forget(storage, (file.storage_key, file.thumbnail_key))


def collect_orphans(storage: Storage, at: int | None = None) -> int:
    """Take away what nothing carries a day after it came, rows and content.

    Content without a row is what a crash left between the two. Returns the number of files
    taken away.
    """
    before = (clock.now() if at is None else at) - KEPT_FOR
    late = Attachment.waits() & (Attachment.created_at < before)
    taken = 0
    for file in list(Attachment.select().where(late)):
        with transaction():
            gone = Attachment.delete().where((Attachment.id == file.id) & late).execute()
        if gone:
            taken += _forget(storage, (file.storage_key, file.thumbnail_key))
    for key, kept_at in storage.stored():
        if kept_at * clock.SECOND < before and not _has_row(key):
            taken += _forget(storage, (key,))
    return taken


def safe_name(name: str) -> str:
    """What a file is called when it is shown and saved: one line, no folders, an ending.

    :raises Invalid: for the field `files`, when it holds what cannot be stored.
    """
    last = re.split(r"[/\\]", _DIRECTION.sub("", name))[-1].strip().lstrip(".")
    try:
        last = text.line(last, 10_000)
    except ValueError:
        raise Invalid({"files": "The name of a file can't be read. Rename it."}) from None
    stem, dot, ending = last.rpartition(".")
    if len(last) > LONGEST_NAME:
        ending = ending[:20]
        last = f"{(stem or ending)[: LONGEST_NAME - 21]}{dot}{ending}"
    return last or "file"


def _has_row(key: str) -> bool:
    carried = (Attachment.storage_key == key) | (Attachment.thumbnail_key == key)
    return Attachment.select().where(carried).exists() or photos.holds(key)


def _forget(storage: Storage, keys: Collection[str | None]) -> int:
    for key in filter(None, keys):
        storage.delete(key)
    return len(list(filter(None, keys)))


def _one_spelling(client_id: str) -> str:
    try:
        return str(UUID(client_id))
    except ValueError:
        raise Invalid({"client_id": "The sending app gave no proper file id."}) from None
