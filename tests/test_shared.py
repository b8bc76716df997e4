"""The files of a conversation: for whom, in which order, page by page, and how they are shown."""

import io
import uuid

import pytest
from flask import Flask, url_for

from blueprints import shown_files
from models.errors import Missing
from models.message import Attachment
from models.posting import delete_message
from models.shared import shared
from models.user import User
from models.view import View
from tests import factories
from tests.signed_in import browser_of
from tests.test_files import JSON, Talk, picture


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk(app)


def sent(talk: Talk, *names: str, body: str = "") -> int:
    """Priya sends files; the seq of her message."""
    files = [talk.upload(picture() if n.endswith("jpg") else b"words", n).json["id"] for n in names]
    return int(talk.send(body=body, uploads=files).headers["X-Message-Seq"])


def names(person: User, talk: Talk, **how: int) -> list[str]:
    return [file.name for file in shared(View.load(person, talk.thread.id), **how).files]


def test_the_newest_message_comes_first_and_its_files_in_their_order(talk: Talk) -> None:
    sent(talk, "a.jpg")
    sent(talk, "b.jpg", "c.txt", "d.jpg")
    for person in (talk.tie.user, talk.office.admin):
        assert names(person, talk) == ["b.jpg", "c.txt", "d.jpg", "a.jpg"]
    found = shared(View.load(talk.office.admin, talk.thread.id), limit=2)
    assert (found.total, found.older) == (4, True)
    assert found.files[0].message.author.name == "Priya Raman"


def test_a_page_goes_on_where_the_last_one_ended(talk: Talk) -> None:
    sent(talk, "a.jpg")
    sent(talk, "b.jpg", "c.jpg", "d.jpg")
    view = View.load(talk.office.admin, talk.thread.id)
    first = shared(view, limit=2)
    second = shared(view, before=first.files[-1].id, limit=2)
    assert [file.name for file in second.files] == ["d.jpg", "a.jpg"]
    assert not second.older
    assert shared(view, before=second.files[-1].id).files == []


def test_what_is_deleted_or_not_sent_is_not_there(talk: Talk) -> None:
    seq = sent(talk, "a.jpg")
    sent(talk, "b.jpg")
    talk.upload(picture(), "waiting.jpg")
    delete_message(talk.tie.user, talk.thread.id, seq)
    assert names(talk.office.admin, talk) == ["b.jpg"]


def test_outside_their_window_nobody_sees_files(talk: Talk) -> None:
    place = factories.property_of(talk.office.account)
    thread = factories.request_thread(place, talk.office.admin)
    pro = factories.contact(talk.office.account, "Tomasz Kowalczyk", role="service_pro")
    client = browser_of(talk.app, talk.office.admin)
    for name in ("before.jpg", "after.jpg"):
        if name == "after.jpg":
            factories.share(thread, pro)
        address = f"/threads/{thread.id}/uploads/{uuid.uuid4()}?name={name}"
        made = client.put(address, data=picture(), headers=JSON).json["id"]
        form = {"body": "", "client_id": str(uuid.uuid4()), "uploads": made}
        assert client.post(f"/threads/{thread.id}/messages", data=form).status_code == 201
    view = View.load(pro.user, thread.id)
    assert [file.name for file in shared(view).files] == ["after.jpg"]
    before = Attachment.get(Attachment.name == "before.jpg")
    with pytest.raises(Missing):
        shared(view, before=before.id)


def test_the_gallery_shows_pictures_and_lists_the_rest(talk: Talk) -> None:
    sent(talk, "tap.jpg", "lease.txt")
    page = talk.his.get(f"/threads/{talk.thread.id}/files")
    assert page.status_code == 200
    assert "Files with <bdi>Priya Raman</bdi>" in page.text
    assert 'alt="Photo from Priya' in page.text
    assert "lease.txt" in page.text
    assert "1 KB · TXT" in page.text
    details = talk.his.get(f"/threads/{talk.thread.id}/details").text
    assert "See all 2" in details
    stranger = browser_of(talk.app, factories.person("Omar"))
    assert stranger.get(f"/threads/{talk.thread.id}/files").status_code == 404
    assert talk.his.get(f"/threads/{talk.thread.id}/files?before=9999").status_code == 404


def test_an_empty_gallery_says_what_comes_here(talk: Talk) -> None:
    page = talk.his.get(f"/threads/{talk.thread.id}/files")
    assert "Photos and files you share show up here." in page.text


def test_a_message_shows_four_pictures_and_how_many_more(talk: Talk) -> None:
    seq = sent(talk, *(f"{n}.jpg" for n in range(7)))
    fragment = talk.his.get(f"/threads/{talk.thread.id}/messages?around={seq}").text
    assert fragment.count("/thumbnail") == 4
    assert 'data-more="+3"' in fragment
    assert all(f"/{n}.jpg" in fragment for n in range(7))
    assert fragment.count('class="bubble"') == 0


def test_a_form_without_script_sends_text_and_files(talk: Talk) -> None:
    form = {
        "body": "Both.",
        "client_id": str(uuid.uuid4()),
        "files": [(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(b"words"), "b.txt")],
    }
    address = f"/threads/{talk.thread.id}"
    page = talk.hers.get(address).text
    assert 'enctype="multipart/form-data"' in page
    assert 'data-max-mb="50"' in page
    headers = {"Sec-Fetch-Mode": "navigate"}
    answer = talk.hers.post(f"{address}/messages", data=form, headers=headers)
    assert answer.status_code == 303
    assert names(talk.tie.user, talk) == ["a.jpg", "b.txt"]


@pytest.mark.parametrize("name", ["a b.jpg", "naïve & co?.txt", "thumbnail", "100%.txt", "#1.jpg"])
def test_a_file_is_served_where_its_address_says(talk: Talk, name: str) -> None:
    made = talk.upload(picture() if name.endswith(("jpg", "l")) else b"words", name).json
    assert talk.hers.get(made["address"]).status_code == 200
    file = Attachment.get_by_id(made["id"])
    if name != "thumbnail":
        with talk.app.test_request_context():
            routed = url_for("files.content", number=file.id, name=name)
        assert made["address"] == routed


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 KB"),
        (84 * 1024, "84 KB"),
        (1023 * 1024, "1023 KB"),
        (1024 * 1024, "1.0 MB"),
        (50 * 1024 * 1024, "50 MB"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int, words: str) -> None:
    assert shown_files.in_words(size) == words


@pytest.mark.parametrize(
    ("pixels", "shown"),
    [
        ((1200, 900), (320, 240)),
        ((4000, 1000), (330, 82)),
        ((4000, 100), (330, 60)),
        ((20, 20), (60, 60)),
        ((1, 3000), (60, 240)),
    ],
)
def test_a_picture_has_its_room_before_it_is_there(
    pixels: tuple[int, int], shown: tuple[int, int]
) -> None:
    width, height = pixels
    assert shown_files.box(Attachment(name="a.jpg", width=width, height=height)) == shown


@pytest.mark.parametrize(("count", "beyond"), [(4, None), (6, "+2")])
def test_the_pane_says_how_many_more_there_are(talk: Talk, count: int, beyond: str | None) -> None:
    sent(talk, *(f"{number}.jpg" for number in range(count)), "lease.txt")
    page = talk.his.get(f"/threads/{talk.thread.id}/details").text
    assert ('data-more="' in page) is (beyond is not None)
    assert beyond is None or f'data-more="{beyond}"' in page
