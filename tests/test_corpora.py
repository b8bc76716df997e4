"""Files that others collected, good and broken: each is refused in words or comes out whole."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import Invalid
from models.media import FILE, IMAGE
from tests import corpora
from tests.servers import missing
from tests.test_media import assert_whole, prepared

# Decoders say so when a header is odd, and go on.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

WORDS = ("This kind of file can't be sent", "This picture is broken", "has too many pixels")
ACTIVE = ("html", "svg", "xml", "javascript", "pdf")

# What each corpus must at least show, so that nothing passes by refusing everything.
GOOD = {"pillow-13.0.0": 650, "pillow_heif-1.8.1": 50, "patool-4.0.7": 15}
BROKEN = {"pillow-13.0.0": 30, "pillow_heif-1.8.1": 2, "patool-4.0.7": 40}


@pytest.fixture(autouse=True)
def _corpora() -> None:
    if not all((corpora.FOLDER / one.replace("==", "-")).exists() for one in corpora.SOURCES):
        missing("The collection of images and archives", "make corpora")


@pytest.mark.parametrize("source", GOOD)
def test_every_file_comes_out_whole_or_is_refused_in_words(source: str, tmp_path: Path) -> None:
    good, refused = 0, {}
    for path, folder in copies(source, tmp_path):
        try:
            made = prepared(path.read_bytes(), path.name, folder)
        except Invalid as refusal:
            refused[path.name] = str(refusal)
            continue
        good += 1
        assert not any(kind in made.content_type for kind in ACTIVE)
        if made.kind == IMAGE:
            assert_whole(made)
        elif made.kind == FILE:
            assert made.path.read_bytes() == path.read_bytes()
    assert good >= GOOD[source]
    assert len(refused) >= BROKEN[source]
    for name, sentence in refused.items():
        assert sentence.startswith(name)
        assert any(words in sentence for words in WORDS), sentence


@pytest.mark.parametrize("source", ["python-docx-1.2.0", "python-pptx-1.0.2"])
def test_documents_are_passed_on_as_they_are(source: str, tmp_path: Path) -> None:
    sent = [(path, folder) for path, folder in copies(source, tmp_path) if "x" in path.suffix]
    for path, folder in sent:
        made = prepared(path.read_bytes(), path.name, folder)
        assert made.content_type.startswith("application/vnd.openxmlformats-officedocument.")
        assert made.path.read_bytes() == path.read_bytes()
    assert len(sent) > 40


def copies(source: str, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Each file of a corpus with a folder to work in, which is gone at the next one."""
    for path in corpora.files(corpora.IMAGES | corpora.ARCHIVES):
        if source in path.parts and path.stat().st_size:
            yield path, tmp_path / "work"
            shutil.rmtree(tmp_path / "work", ignore_errors=True)
