"""Files over HTTP: uploaded once, carried by a message, served to who may see it."""

import html
import io
import re
import struct
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from blueprints import rounds
from models import attachments, clock
from models.message import Attachment
from models.posting import delete_message
from tests.factories import contact, dialogue_of, disconnect, member, office, person
from tests.signed_in import browser_of

JSON = {"Accept": "application/json"}


def picture(size: tuple[int, int] = (40, 30), form: str = "JPEG", **how: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(made, form, **how)
    return made.getvalue()


class Talk:
    """Daniel of the office and his tenant Priya, each with a browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.office = office()
        self.tie = contact(self.office.account)
        self.thread = dialogue_of(self.tie)
        self.hers = browser_of(app, self.tie.user)
        self.his = browser_of(app, self.office.admin)

    def upload(
        self,
        data: bytes,
        name: str = "a.jpg",
        client: FlaskClient | None = None,
        client_id: str = "",
    ) -> TestResponse:
        address = f"/threads/{self.thread.id}/uploads/{client_id or uuid.uuid4()}"
        return (client or self.hers).put(
            address, query_string={"name": name}, data=data, headers=JSON
        )

    def send(self, client: FlaskClient | None = None, **form: Any) -> TestResponse:
        return (client or self.hers).post(
            f"/threads/{self.thread.id}/messages",
            data={"body": "", "client_id": str(uuid.uuid4())} | form,
            headers=JSON,
        )


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk(app)


def test_a_file_is_served_to_those_in_the_thread_and_nobody_else(talk: Talk) -> None:
    made = talk.upload(picture()).json
    sent = talk.send(uploads=[made["id"]])
    assert sent.status_code == 201
    assert made["address"] in sent.text
    stranger = browser_of(talk.app, person("Omar"))
    without = browser_of(talk.app, member(talk.office.account, rights=0))
    for address in (made["address"], f"/files/{made['id']}/thumbnail"):
        assert talk.hers.get(address).status_code == 200
        assert talk.his.get(address).status_code == 200
        assert stranger.get(address).status_code == 404
        assert without.get(address).status_code == 404
        assert talk.app.test_client().get(address).status_code == 302


def test_until_it_is_sent_a_file_is_its_uploaders_alone(talk: Talk) -> None:
    made = talk.upload(picture()).json
    assert talk.hers.get(made["address"]).status_code == 200
    assert talk.his.get(made["address"]).status_code == 404
    assert talk.send(talk.his, uploads=[made["id"]]).status_code == 422


def test_a_deleted_message_takes_its_files_along(talk: Talk) -> None:
    made = talk.upload(picture()).json
    seq = int(talk.send(uploads=[made["id"]]).headers["X-Message-Seq"])
    delete_message(talk.tie.user, talk.thread.id, seq)
    for client in (talk.hers, talk.his):
        assert client.get(made["address"]).status_code == 404
        assert client.get(f"/files/{made['id']}/thumbnail").status_code == 404


def test_the_same_upload_again_is_the_same_file(talk: Talk) -> None:
    client_id = str(uuid.uuid4())
    address = f"/threads/{talk.thread.id}/uploads/{client_id}"
    assert talk.hers.get(address).status_code == 204
    first = talk.upload(picture(), client_id=client_id)
    again = talk.upload(b"not even read", client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json == talk.hers.get(address).json
    assert Attachment.select().count() == 1


def test_a_repeated_send_with_files_is_the_same_message(talk: Talk) -> None:
    form = {"client_id": str(uuid.uuid4()), "uploads": [talk.upload(picture()).json["id"]]}
    first, again = talk.send(**form), talk.send(**form)
    assert (first.status_code, again.status_code) == (201, 200)
    other = talk.send(**(form | {"uploads": [talk.upload(picture()).json["id"]], "body": "x"}))
    assert other.status_code == 409


def test_a_form_may_bring_its_files_itself(talk: Talk) -> None:
    for _ in range(2):
        form = {
            "client_id": "8f1b54b5-9d1c-4d60-9b4e-1f3d1f0e2b11",
            "body": "Both",
            "files": [(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(b"words"), "b.txt")],
        }
        sent = talk.send(**form)
    assert sent.status_code == 200
    assert "a.jpg" in sent.text
    assert "b.txt" in sent.text


def test_a_photo_loses_where_it_was_taken_and_is_turned_upright(talk: Talk) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"  # a position
    made = talk.upload(picture((400, 300), exif=exif)).json
    assert (made["width"], made["height"]) == (300, 400)
    with Image.open(io.BytesIO(talk.hers.get(made["address"]).data)) as kept:
        assert not kept.getexif()
        assert kept.size == (300, 400)


def test_a_photo_of_an_iphone_becomes_one_every_browser_shows(talk: Talk) -> None:
    made = talk.upload(picture((4000, 3000), "HEIF"), "IMG_1.HEIC").json
    served = talk.hers.get(made["address"])
    assert served.content_type == "image/jpeg"
    assert max(made["width"], made["height"]) == 2560


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "empty.jpg", "empty.jpg is empty."),
        (b"\x89PNG\r\n\x1a\nbroken", "broken.png", "broken"),
        (picture()[:300], "cut.jpg", "broken"),
        (b"<html><script>alert(1)</script>", "page.html", "can't be sent"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "can't be sent"),
        (b"MZ\x90\0", "setup.exe", "can't be sent"),
        (b"\0\1\2", "words.txt", "can't be sent"),
        (b"#!/bin/sh\n", "run.sh", "can't be sent"),
    ],
)
def test_what_cannot_be_sent_names_itself_and_the_reason(
    talk: Talk, data: bytes, name: str, words: str
) -> None:
    answer = talk.upload(data, name)
    assert answer.status_code == 422
    assert name in answer.json["errors"]["files"]
    assert words in answer.json["errors"]["files"]
    assert Attachment.select().count() == 0


def test_a_bomb_is_refused_before_it_is_decoded(talk: Talk) -> None:
    made = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(made, "PNG")
    assert len(made.getvalue()) < 1_000_000
    answer = talk.upload(made.getvalue(), "bomb.png")
    assert answer.status_code == 422
    assert "too many pixels" in answer.json["errors"]["files"]


def test_a_file_over_the_limit_is_told_its_size_and_the_limit(talk: Talk) -> None:
    talk.app.config["MAX_FILE_MB"] = 1
    answer = talk.upload(b"x" * (2 << 20), "film.mp4")
    assert answer.status_code == 422
    assert answer.json["errors"]["files"] == "film.mp4 is 2 MB. The limit is 1 MB."


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\lease.txt", "lease.txt"),
        (".htaccess.txt", "htaccess.txt"),
        ("a\nb.txt", "a b.txt"),
        ("gpj.\u202etxt.txt", "gpj.txt.txt"),
        ("", "file"),
        ("ж" * 300 + ".txt", "ж" * 129 + ".txt"),
    ],
)
def test_names_are_kept_without_folders_and_tricks(given: str, kept: str) -> None:
    assert attachments.safe_name(given) == kept


def test_files_are_never_active_content_of_our_origin(talk: Talk) -> None:
    made = talk.upload(b"<script>alert(1)</script>", "note.txt").json
    served = talk.hers.get(made["address"])
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.content_type == "text/plain"
    assert "private" in served.headers["Cache-Control"]


def test_a_device_learns_what_it_may_keep_of_a_file_and_with_which_conversation(talk: Talk) -> None:
    made = talk.upload(picture()).json
    addresses = (made["address"], f"/files/{made['id']}/thumbnail")
    for address in addresses:
        assert "no-store" in talk.hers.get(address).headers["Cache-Control"]
    talk.send(uploads=[made["id"]])
    for address in addresses:
        served = talk.hers.get(address).headers
        assert "no-store" not in served["Cache-Control"]
        assert served["X-Hallway-Thread"] == str(talk.thread.id)
    # As a page of its own the browser would show it to who comes next and goes back.
    alone = talk.hers.get(made["address"], headers={"Sec-Fetch-Dest": "document"})
    assert "no-store" in alone.headers["Cache-Control"]


def test_a_film_is_served_in_the_parts_asked_for(talk: Talk) -> None:
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 40
    address = talk.upload(film, "film.mp4").json["address"]
    whole = talk.hers.get(address)
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = talk.hers.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(film)}"
    last = talk.hers.get(address, headers={"Range": "bytes=-10"})
    assert last.data == whole.data[-10:]
    beyond = talk.hers.get(address, headers={"Range": f"bytes={len(film)}-"})
    assert beyond.status_code == 416
    other = {"Range": "bytes=0-9", "If-Range": '"older"'}
    assert talk.hers.get(address, headers=other).status_code == 200
    known = {"If-None-Match": whole.headers["ETag"]}
    assert talk.hers.get(address, headers=known).status_code == 304


def box(kind: bytes, inside: bytes) -> bytes:
    """A box as films are made of."""
    return (len(inside) + 8).to_bytes(4, "big") + kind + inside


QUICKTIME = box(b"ftyp", b"qt  \0\0\0\0qt  ")
UPRIGHT, TURNED = (1, 0, 0, 0, 1, 0, 0, 0, 1), (0, 1, 0, -1, 0, 0, 0, 0, 1)


def track(turned: tuple[int, ...], width: int, height: int) -> bytes:
    shown = (*(part << 16 for part in turned), width << 16, height << 16)
    return box(b"trak", box(b"tkhd", bytes(40) + struct.pack(">11i", *shown)))


def test_a_film_loses_where_it_was_taken(talk: Talk) -> None:
    place = b"+48.8577+002.295/"
    noted = box(b"udta", box(b"\xa9xyz", place))
    film = QUICKTIME + box(
        b"moov", box(b"mvhd", bytes(100)) + noted + box(b"trak", box(b"meta", place))
    )
    film += box(b"uuid", place * 100_000)
    address = talk.upload(film, "film.mov").json["address"]
    served = talk.hers.get(address).data
    assert place not in served
    assert len(served) == len(film)
    assert served[:40] == film[:40]


@pytest.mark.parametrize(
    ("tracks", "shape", "shown"),
    [
        ([(UPRIGHT, 1280, 720)], (1280, 720), (330, 186)),
        ([(UPRIGHT, 0, 0), (TURNED, 1920, 1080)], (1080, 1920), (186, 330)),
        ([(UPRIGHT, 0, 0)], (None, None), (330, 186)),
        ([(UPRIGHT, 20_000, 20_000)], (None, None), (330, 186)),
    ],
)
def test_a_film_is_shown_in_its_own_shape(
    talk: Talk, tracks: Any, shape: tuple[int, int], shown: tuple[int, int]
) -> None:
    made = talk.upload(QUICKTIME + box(b"moov", b"".join(track(*one) for one in tracks)), "a.mov")
    assert (made.json["width"], made.json["height"]) == shape
    sent = talk.send(uploads=[made.json["id"]]).text
    assert f'width="{shown[0]}" height="{shown[1]}" src="{made.json["address"]}' in sent


def test_boxes_within_boxes_without_end_harm_nobody(talk: Talk) -> None:
    deep = b""
    for _ in range(5_000):
        deep = box(b"moov", deep)
    assert talk.upload(QUICKTIME + deep, "deep.mov").status_code == 201


def test_who_may_not_write_cannot_upload(talk: Talk) -> None:
    disconnect(talk.tie)
    assert talk.upload(picture()).status_code == 403
    stranger = browser_of(talk.app, person("Omar"))
    assert talk.upload(picture(), client=stranger).status_code == 404


def test_an_unsent_file_can_be_taken_back(talk: Talk) -> None:
    made = talk.upload(picture()).json
    assert talk.his.delete(f"/files/{made['id']}").status_code == 404
    assert talk.hers.delete(f"/files/{made['id']}").status_code == 204
    assert talk.hers.get(made["address"]).status_code == 404
    sent = talk.upload(picture()).json
    talk.send(uploads=[sent["id"]])
    assert talk.hers.delete(f"/files/{sent['id']}").status_code == 404


def test_orphans_are_collected_and_what_was_sent_stays(talk: Talk) -> None:
    sent = talk.upload(picture()).json
    talk.send(uploads=[sent["id"]])
    talk.upload(picture())
    storage = talk.app.extensions["hallway.storage"]
    storage.put(_left_over(storage.root))
    assert len(list(storage.stored())) == 5
    assert attachments.collect_orphans(storage) == 0
    assert attachments.collect_orphans(storage, clock.now() + 2 * clock.DAY) == 3
    assert len(list(storage.stored())) == 2
    assert talk.his.get(sent["address"]).status_code == 200


def test_what_a_crash_left_of_an_upload_is_cleared_away(talk: Talk) -> None:
    left = talk.app.extensions["hallway.storage"].root / "incoming" / "left"
    left.mkdir(parents=True)
    (left / "arrived").write_bytes(b"half a film")
    rounds.go(talk.app, clock.now())
    assert left.exists()
    rounds.go(talk.app, clock.now() + 2 * clock.DAY)
    assert not left.exists()


def test_more_than_ten_are_too_many(talk: Talk) -> None:
    ids = [talk.upload(b"words", f"{n}.txt").json["id"] for n in range(11)]
    assert talk.send(uploads=ids).json["errors"]["files"] == "Send at most 10 files at once."
    assert talk.send(uploads=ids[:10]).status_code == 201


@pytest.mark.parametrize("ids", [["x"], ["-1"], ["9" * 30], ["999999"]])
def test_a_file_that_is_not_there_cannot_be_sent(talk: Talk, ids: list[str]) -> None:
    assert "files" in talk.send(body="Kept.", uploads=ids).json["errors"]


def test_one_file_cannot_be_in_two_messages(talk: Talk) -> None:
    made = talk.upload(b"words", "a.txt").json["id"]
    assert talk.send(uploads=[made, made]).status_code == 422
    assert talk.send(uploads=[made]).status_code == 201
    assert talk.send(uploads=[made]).status_code == 422


def test_a_full_disk_is_told_in_words_and_leaves_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    storage = talk.app.extensions["hallway.storage"]
    monkeypatch.setattr(storage, "put", full)
    answer = talk.upload(picture())
    assert answer.status_code == 403
    assert "no room" in answer.json["sentence"]
    assert Attachment.select().count() == 0
    assert not list((storage.root / "incoming").iterdir())


def test_a_form_without_script_keeps_its_words_and_the_files_that_are_not_refused(
    talk: Talk,
) -> None:
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}

    def sent(**form: Any) -> TestResponse:
        address = f"/threads/{talk.thread.id}/messages"
        form = {"body": "The plans.", "client_id": str(uuid.uuid4())} | form
        return talk.hers.post(address, data=form, headers=headers)

    brought = {"a.txt": b"One.", "tool.exe": b"MZ\0\1", "empty.txt": b"", "b.txt": b"Two."}
    files = [(io.BytesIO(content), name) for name, content in brought.items()]
    answer = sent(files=files)
    assert answer.status_code == 422
    for words in (
        "tool.exe: This kind",
        "empty.txt is empty.",
        "The plans.</textarea>",
        "<bdi>a.txt</bdi>",
        "<bdi>b.txt</bdi>",
    ):
        assert words in html.unescape(answer.text)
    kept = re.findall(r'name="uploads" value="(\d+)" checked', answer.text)
    assert sent(uploads=kept).status_code == 303
    sent_files = Attachment.select().where(Attachment.message.is_null(False))
    assert [file.name for file in sent_files] == ["a.txt", "b.txt"]


def _left_over(root: Any) -> Any:
    path = root / "incoming" / "left-over"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content without a row")
    return path
