"""The hash chain: one per thread and audience, so that the record is provable (SPEC 3).

Each link is `hash = H(previous | version | message | action | commitment)` with
`commitment = H(salt + canonical JSON of what was said)`; a chain starts from
`H(thread:audience)`. H is SHA-256 in hex. Whoever holds an earlier head can tell whether
anything before it was changed; the salt keeps short texts from being guessed. An operator
can rebuild a whole chain unless an earlier head is held outside.
"""

import hashlib
import json
import secrets
from typing import Final

from models.message import Attachment, ChainLink, Message, MessageEdition

POST: Final = "post"
EDIT: Final = "edit"
DELETE: Final = "delete"


def add_link(message: Message, action: str, version: int, at: int) -> None:
    """Append what just happened to `message` to its chain.

    :param action: POST, EDIT or DELETE.
    :param version: the number of the rising counter this change was given.
    :param at: the instant of the change in milliseconds.
    The thread must be locked: the head is read here.
    """
    salt = secrets.token_bytes(16)
    link = ChainLink(
        version=version,
        thread=message.thread_id,
        audience=message.audience,
        message=message.id,
        action=action,
        at=at,
        salt=salt,
        commitment=_commitment(salt, message, message.body, at, _files(message.id)),
    )
    link.hash = _hash_after(head(message.thread_id, message.audience), link)
    link.save(force_insert=True)


def head(thread: int, audience: int) -> str:
    """The last hash of a chain; of an empty one, its start."""
    last = (
        ChainLink.select(ChainLink.hash)
        .where((ChainLink.thread == thread) & (ChainLink.audience == audience))
        .order_by(ChainLink.version.desc())
        .limit(1)
        .scalar()
    )
    return last or _start(thread, audience)


def faults(thread: int) -> list[str]:
    """What is wrong with the chains of a thread, a sentence each; empty when all holds.

    Checked are the order of the links, that each stands for what is stored, and that nothing
    stored stands in no chain. Of an erased text only its place is checked: its salt is gone.
    """
    found = []
    heads: dict[int, str] = {}
    stored, files = _stored(thread), _files_of_all(thread)
    for link in ChainLink.select().where(ChainLink.thread == thread).order_by(ChainLink.version):
        previous = heads.get(link.audience) or _start(thread, link.audience)
        if link.hash != _hash_after(previous, link):
            found.append(f"Link {link.version} does not follow from the one before it.")
        heads[link.audience] = link.hash
        message, body = stored.pop((link.message_id, link.version), (None, ""))
        carried = files.get(link.message_id, [])
        if message is None or not _stands_for(link, message, body, carried):
            found.append(f"What link {link.version} stands for was changed.")
    return found + [
        f"Version {version} of message {seq} stands in no chain." for seq, version in stored
    ]


def _stored(thread: int) -> dict[tuple[int, int], tuple[Message, str]]:
    """Every edition of a thread, by message and version: its message and body."""
    messages = {m.id: m for m in Message.select().where(Message.thread == thread)}
    stored = {(m.id, m.body_version): (m, m.body) for m in messages.values()}
    older = MessageEdition.select(MessageEdition).join(Message).where(Message.thread == thread)
    for edition in older:
        message = messages[edition.message_id]
        stored[edition.message_id, edition.version] = (message, edition.body)
    return stored


def _files(message: int) -> list[Attachment]:
    query = Attachment.select().where(Attachment.message == message)
    return list(query.order_by(Attachment.position))


def _files_of_all(thread: int) -> dict[int, list[Attachment]]:
    query = Attachment.select().join(Message).where(Message.thread == thread)
    files: dict[int, list[Attachment]] = {}
    for file in query.order_by(Attachment.position):
        files.setdefault(file.message_id, []).append(file)
    return files


def _stands_for(link: ChainLink, message: Message, body: str, files: list[Attachment]) -> bool:
    deletes = link.version if link.action == DELETE else None
    at = message.created_at if link.action == POST else link.at
    is_present = link.version == message.body_version
    if (link.audience, link.at) != (message.audience, at):
        return False
    if is_present and message.deleted_version != deletes:
        return False
    salt = None if link.salt is None else bytes(link.salt)
    return salt is None or _commitment(salt, message, body, at, files) == link.commitment


def _commitment(salt: bytes, message: Message, body: str, at: int, files: list[Attachment]) -> str:
    said = {
        "about": message.subject_id,
        "answers": message.reply_to_id,
        "author": message.author_id,
        "body": body,
        "files": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in files],
        "kind": message.kind,
        "side": message.side,
        "time": at,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _hash(salt + canonical.encode())


def _hash_after(previous: str, link: ChainLink) -> str:
    parts = (previous, link.version, link.message_id, link.action, link.commitment)
    return _hash("|".join(map(str, parts)).encode())


def _start(thread: int, audience: int) -> str:
    return _hash(f"{thread}:{audience}".encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
