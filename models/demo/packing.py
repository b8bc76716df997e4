"""The photos and documents of the demo, made ready as any upload would be.

`files/` holds them, `faces/` the photos of people; all photos are drawn.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from models import attachments, copying, media, photos
from models.media import Prepared
from models.message import Attachment
from models.storage import Folder, Storage
from models.user import User

FOLDER = Path(__file__).with_name("files")
FACES = Path(__file__).with_name("faces")


class Luggage:
    """The files of the demo, prepared in `folder`, where `storage` can take them over."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self._folder = folder
        self._kept: dict[str, Attachment] = {}

    def keep(self, person: User, thread: int | None, name: str) -> Attachment:
        """An upload of `person`; what was uploaded before is copied, not drawn anew."""
        own = Path(tempfile.mkdtemp(dir=self._folder))
        before = self._kept.get(name)
        if before is None:
            prepared = _prepared(FOLDER / name, own)
        else:
            prepared = copying.unpacked(before, self._storage, own)
        made = attachments.keep(person, thread, str(uuid4()), name, prepared, self._storage)
        self._kept.setdefault(name, made)
        return made

    def portray(self, person: User, name: str) -> None:
        """A photo that `person` chooses for themself."""
        arrived = shutil.copy(FACES / name, Path(tempfile.mkdtemp(dir=self._folder)) / name)
        photos.keep(person, photos.draw(Path(arrived), name), self._storage)


@contextmanager
def packed(storage: Storage) -> Iterator[Luggage]:
    """The luggage of one performance."""
    inside = None
    if isinstance(storage, Folder):
        # A file is renamed into the storage, which works within one file system.
        inside = storage.root / "incoming"
        inside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=inside) as folder:
        yield Luggage(storage, Path(folder))


def _prepared(path: Path, folder: Path) -> Prepared:
    copy = Path(shutil.copy(path, folder / "arrived"))
    return media.prepare(copy, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
