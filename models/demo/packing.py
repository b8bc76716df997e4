"""The photos and documents of the demo, made ready as any upload would be.

`files/` holds them; the photos are drawn. Each is sent in one message at most.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models import media
from models.media import Prepared
from models.storage import Folder, Storage

FOLDER = Path(__file__).with_name("files")

Luggage = dict[str, Prepared]


@contextmanager
def packed(storage: Storage) -> Iterator[Luggage]:
    """The files by name, prepared where `storage` can take them over."""
    inside = None
    if isinstance(storage, Folder):
        # A file is renamed into the storage, which works within one file system.
        inside = storage.root / "incoming"
        inside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=inside) as folder:
        yield {path.name: _prepared(path, Path(folder)) for path in sorted(FOLDER.iterdir())}


def _prepared(path: Path, folder: Path) -> Prepared:
    own = folder / path.stem
    own.mkdir()
    copy = Path(shutil.copy(path, own / "arrived"))
    return media.prepare(copy, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
