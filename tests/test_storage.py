"""Where files lie: the same promises from a local folder and from a real S3 server."""

import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from models import storage
from models.storage import Bucket, Folder

CONTENT = bytes(range(256)) * 1_000


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with the bucket `hallway`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="hallway")
    client.close()
    yield f"s3://key:secret@hallway/files?endpoint={endpoint}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder | Bucket]:
    if request.param == "folder":
        yield storage.at(f"file://{tmp_path}/files")
        return
    made = storage.at(request.getfixturevalue("s3"))
    yield made
    for key, _ in list(made.stored()):
        made.delete(key)
    made.client.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "prepared"
    made.write_bytes(CONTENT)
    return made


def read(store: Folder | Bucket, key: str, start: int = 0, length: int = len(CONTENT)) -> bytes:
    return b"".join(store.read(key, start, length))


def test_what_is_put_is_read_whole_and_in_ranges(store: Folder | Bucket, path: Path) -> None:
    key = store.put(path)
    assert not path.exists()
    assert read(store, key) == CONTENT
    assert read(store, key, 1_000, 300) == CONTENT[1_000:1_300]
    assert read(store, key, len(CONTENT) - 5, 5) == CONTENT[-5:]


def test_what_is_deleted_is_gone_and_deleting_again_is_nothing(
    store: Folder | Bucket, path: Path
) -> None:
    key = store.put(path)
    assert [stored for stored, _ in store.stored()] == [key]
    store.delete(key)
    store.delete(key)
    assert list(store.stored()) == []
    with pytest.raises(FileNotFoundError):
        read(store, key)


@pytest.mark.parametrize("key", ["../secret_key", "", "a/b", "\0"])
def test_a_key_leads_nowhere_else(tmp_path: Path, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        read(storage.at(f"file://{tmp_path}/files"), key)


def test_many_put_at_once_and_nothing_is_seen_by_half(tmp_path: Path) -> None:
    store = storage.at(f"file://{tmp_path}/files")
    (tmp_path / "files").mkdir()

    def put(number: int) -> None:
        path = tmp_path / f"prepared-{number}"
        path.write_bytes(CONTENT)
        store.put(path)

    writers = [threading.Thread(target=put, args=(number,)) for number in range(20)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for key, _ in store.stored():
            assert read(store, key) == CONTENT
    for writer in writers:
        writer.join()
    assert len(list(store.stored())) == 20


@pytest.mark.parametrize("address", ["ftp://host/x", "files", "http://host"])
def test_another_kind_of_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="file or s3"):
        storage.at(address)
