"""A file once more, with a row and content of its own, for something else to carry."""

import os
from pathlib import Path

from models.media import Prepared
from models.message import Attachment
from models.storage import Storage


def unpacked(file: Attachment, storage: Storage, folder: Path) -> Prepared:
    """The content of a kept file written into `folder`, ready to be kept a second time.

    Runs as long as its content is large. `folder` lies where `storage` can take files over.

    :raises FileNotFoundError: when the content is gone.
    """
    thumbnail = folder / "thumbnail" if file.thumbnail_key else None
    if thumbnail:
        _write(storage, file.thumbnail_key, thumbnail)
    _write(storage, file.storage_key, folder / "content", file.size)
    return Prepared(
        folder / "content",
        file.kind,
        file.content_type,
        file.size,
        file.sha256,
        file.received,
        file.width,
        file.height,
        thumbnail,
    )


def _write(storage: Storage, key: str, path: Path, size: int = 2**24) -> None:
    with path.open("wb") as out:
        for part in storage.read(key, 0, size):
            out.write(part)
        out.flush()
        os.fsync(out.fileno())
