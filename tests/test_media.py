"""What is made of files: good ones of every kind, and the same ones broken in every way.

A broken file is refused in words or comes out as a whole picture; nothing else may happen.
"""

import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from models import media
from models.errors import Invalid
from models.media import Prepared

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
MODES = ("RGB", "RGBA", "L", "P", "1", "CMYK", "I;16", "LA")


def gradient(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB").convert(mode)


def written(form: str, image: Image.Image | None = None, **how: object) -> bytes:
    file = io.BytesIO()
    (image or gradient()).save(file, form, **how)
    return file.getvalue()


def prepared(content: bytes, name: str, folder: Path) -> Prepared:
    folder.mkdir(exist_ok=True)
    (folder / "arrived").write_bytes(content)
    return media.prepare(folder / "arrived", name, hashlib.sha256(content).hexdigest())


def assert_whole(made: Prepared) -> None:
    assert made.size == made.path.stat().st_size
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert made.thumbnail
    for path in (made.path, made.thumbnail):
        with Image.open(path) as image:
            image.load()
    with Image.open(made.path) as image:
        assert image.size == (made.width, made.height)


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_of_every_format_comes_out_whole(form: str, tmp_path: Path) -> None:
    made = prepared(written(form), f"photo.{form.lower()}", tmp_path)
    assert (made.kind, made.width, made.height) == ("image", 96, 64)
    assert_whole(made)


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_of_every_kind_of_colour_comes_out_whole(mode: str, tmp_path: Path) -> None:
    image = (
        gradient("L").convert("I;16")
        if mode == "I;16"
        else gradient("L" if mode == "LA" else "RGB").convert(mode)
    )
    assert_whole(prepared(written("TIFF" if mode == "CMYK" else "PNG", image), "a.png", tmp_path))


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_an_animation_stays_one(form: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in (0, 120, 240)]
    content = written(form, frames[0], save_all=True, append_images=frames[1:], duration=50)
    made = prepared(content, f"a.{form.lower()}", tmp_path)
    assert_whole(made)
    with Image.open(made.path) as image:
        assert image.n_frames == 3


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("form", FORMATS)
def test_a_broken_picture_is_refused_in_words_or_comes_out_whole(form: str, tmp_path: Path) -> None:
    good = written(form)
    chance = random.Random(form)
    broken = [good[: len(good) * part // 12] for part in range(1, 12)]
    for _ in range(30):
        spoiled = bytearray(good)
        for _ in range(chance.choice((1, 3, 20))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        broken.append(bytes(spoiled))
    refused = []
    for number, content in enumerate(broken):
        try:
            assert_whole(prepared(content, "photo.jpg", tmp_path / str(number)))
        except Invalid as refusal:
            refused.append(str(refusal))
    assert refused
    assert all(sentence.startswith("photo.jpg") for sentence in refused)


def archive(names: list[str], content: bytes = b"words") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (archive(["../../evil", "/etc/passwd"]), "a.zip", "application/zip"),
        (archive(["zeros"], bytes(50_000_000)), "bomb.zip", "application/zip"),
        (archive(["a"])[:40], "cut.zip", "application/zip"),
        (archive(["word/document.xml"]), "lease.docx", media.OFFICE["docx"]),
        (archive(["a"]), "photo.jpg", "application/zip"),
    ],
    # An archive holds the time it was made.
    ids=["outside", "bomb", "cut", "document", "other name"],
)
def test_an_archive_is_passed_on_closed(
    content: bytes, name: str, mime: str, tmp_path: Path
) -> None:
    made = prepared(content, name, tmp_path)
    assert (made.kind, made.content_type) == ("file", mime)
    assert made.path.read_bytes() == content


@pytest.mark.parametrize(
    ("given", "form", "kept"),
    [
        ("IMG_1.HEIC", "HEIF", "IMG_1.jpg"),
        ("IMG_1.JPG", "JPEG", "IMG_1.JPG"),
        ("roof.png", "JPEG", "roof.jpg"),
        ("roof", "PNG", "roof.png"),
        ("plan.v2.tif", "TIFF", "plan.v2.jpg"),
    ],
)
def test_an_image_ends_as_what_it_became(given: str, form: str, kept: str, tmp_path: Path) -> None:
    assert prepared(written(form), given, tmp_path).name(given) == kept


def test_a_document_keeps_its_name(tmp_path: Path) -> None:
    assert prepared(archive(["a"]), "photo.JPG", tmp_path).name("photo.JPG") == "photo.JPG"
