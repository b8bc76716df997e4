"""Where the content of files lies: a local folder, or a store that speaks S3."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

CHUNK = 64 * 1024
"""Bytes read at a time, so that other conversations go on in between."""

MISSING_OK: Final = True


Run = Callable[..., Any]


class Storage(Protocol):
    """A place for files. A key is a random name; what is kept under it never changes."""

    def put(self, path: Path) -> str:
        """Keep the complete, flushed file at `path`, taking it away; return its key."""

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start`, in parts.

        :raises FileNotFoundError: when there is nothing under this key.
        """

    def delete(self, key: str) -> None:
        """Forget a file; nothing happens when it is not there."""

    def stored(self) -> Iterator[tuple[str, float]]:
        """Every key with the second (since 1970) at which it was kept."""


def _here(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    entry = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


class Folder:
    """Files in a local folder, spread over 256 sub-folders.

    A file appears under its key complete or not at all: it is renamed into place, and the
    folder's entry is brought to disk before its key is given out.

    :param run: carries out what waits for the disk, as `run(work, *arguments)`: on a server with
        one thread for all, on another one.
    """

    def __init__(self, root: Path, run: Run = _here) -> None:
        self.root = root
        self._run = run

    def put(self, path: Path) -> str:
        """See Storage. `path` must lie on the same file system as the folder."""
        key = secrets.token_hex(20)
        self._run(_move, path, self._path(key))
        return key

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """See Storage."""
        file = self._path(key).open("rb")
        return self._parts(file, start, length)

    def delete(self, key: str) -> None:
        """See Storage."""
        self._run(self._path(key).unlink, MISSING_OK)

    def stored(self) -> Iterator[tuple[str, float]]:
        """See Storage."""
        for path in self.root.glob("??/*"):
            yield path.name, path.stat().st_mtime

    def _path(self, key: str) -> Path:
        if not key.isalnum():
            raise FileNotFoundError(key)
        return self.root / key[:2] / key

    def _parts(self, file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
        with file:
            file.seek(start)
            while length > 0 and (part := self._run(file.read, min(CHUNK, length))):
                length -= len(part)
                yield part


class Bucket:
    """Files in a bucket of an S3-compatible store."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix

    def put(self, path: Path) -> str:
        """See Storage. The store shows an object only when all of it has arrived."""
        key = secrets.token_hex(20)
        with path.open("rb") as file:
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=file)
        path.unlink()
        return key

    def read(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """See Storage."""
        wanted = f"bytes={start}-{start + length - 1}"
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key, Range=wanted)
        except self.client.exceptions.NoSuchKey:
            raise FileNotFoundError(key) from None
        body: Iterator[bytes] = answer["Body"].iter_chunks(CHUNK)
        return body

    def delete(self, key: str) -> None:
        """See Storage."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def stored(self) -> Iterator[tuple[str, float]]:
        """See Storage."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self.prefix), found["LastModified"].timestamp()


def at(url: str, run: Run = _here) -> "Folder | Bucket":
    """The storage at an address.

    :param url: `file:///folder`, or `s3://KEY:SECRET@bucket/prefix?endpoint=…&region=…`, in
        which key and secret may be left to the environment.
    :param run: see Folder; a store that is reached over the network needs none.
    :raises ValueError: for any other kind of address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)), run)
    if parts.scheme == "s3":
        return _bucket(url)
    raise ValueError(f"{parts.scheme}:// is no storage Hallway knows: file or s3.")


def _bucket(url: str) -> Bucket:
    # Imported here: it is large, and most installations keep their files in a folder.
    import boto3  # noqa: PLC0415

    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    client = boto3.client(
        "s3",
        endpoint_url=options.get("endpoint"),
        region_name=options.get("region", "us-east-1"),
        aws_access_key_id=unquote(parts.username) if parts.username else None,
        aws_secret_access_key=unquote(parts.password) if parts.password else None,
    )
    prefix = parts.path.strip("/")
    return Bucket(client, parts.hostname or "", f"{prefix}/" if prefix else "")
