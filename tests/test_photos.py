"""The photo of a person: who may see it, and what becomes of its content."""

from pathlib import Path

import pytest
from PIL import Image

from models import attachments, clock, photos, policy
from models.account import LANDLORD
from models.connection import OWNER, SERVICE_PRO
from models.errors import Invalid, Missing
from models.posting import delete_message
from models.storage import Folder
from models.teammates import remove as remove_from_team
from models.thread import ANNOUNCEMENT, CONVERSATION, SERVICE_PROS, TENANTS
from models.user import User
from tests import factories
from tests.factories import contact, dialogue_of, disconnect, group, member, say, share, unshare


def sees(person: User, other: User) -> bool:
    return policy.may_see_person(person.id, other.id, clock.now())


@pytest.fixture
def office(bound):
    return factories.office()


# Who sees whom


def test_everybody_sees_themself_and_strangers_see_nobody(office):
    priya, omar = contact(office.account).user, factories.person("Omar")
    other = factories.office("Elm Partners").admin
    assert sees(priya, priya)
    for stranger in (omar, other):
        assert not sees(stranger, priya)
        assert not sees(priya, stranger)


def test_a_contact_and_those_of_the_team_who_see_the_dialogue_see_each_other(office):
    tie = contact(office.account, home=office.unit)
    elsewhere = factories.property_of(office.account, "Elm Court")
    without = member(office.account, "Paul", rights={SERVICE_PROS: 2})
    away = member(office.account, "Ella", properties=[elsewhere])
    for one, together in ((office.admin, True), (without, False), (away, False)):
        assert sees(one, tie.user) is together
        assert sees(tie.user, one) is together


def test_an_event_shows_nobody_s_face(office):
    tie = contact(office.account)
    without = member(office.account, "Paul", rights={SERVICE_PROS: 2})
    disconnect(tie, without)
    assert not sees(tie.user, without)


def test_after_a_disconnect_both_keep_who_they_knew_and_meet_nobody_new(office):
    tie = contact(office.account)
    disconnect(tie)
    late = member(office.account, "Late Comer")
    assert sees(office.admin, tie.user)
    assert sees(tie.user, office.admin)
    assert sees(late, tie.user)  # the whole history is the team's
    assert not sees(tie.user, late)


def test_owners_are_hidden_from_the_team_in_landlord_mode(office):
    helen = contact(office.account, "Helen", OWNER)
    say(office.admin, dialogue_of(helen))
    factories.set_mode(office.account, LANDLORD)
    other = member(office.account, "Maya")
    assert not sees(office.admin, helen.user)
    assert sees(helen.user, office.admin)  # what they wrote is still hers to read
    assert not sees(helen.user, other)


def test_members_of_a_conversation_see_each_other_and_readers_never_do(office):
    one, two, three = (contact(office.account, name) for name in ("Ann", "Bob", "Cy"))
    group(office.account, TENANTS, ANNOUNCEMENT, [one, two])
    assert not sees(one.user, two.user)
    assert sees(one.user, office.admin)
    made = group(office.account, TENANTS, CONVERSATION, [one, two])
    assert sees(one.user, two.user)
    assert not sees(one.user, three.user)
    unshare(made, two)
    assert sees(one.user, two.user)
    share(made, three)
    assert sees(one.user, three.user)
    assert not sees(two.user, three.user)  # who came after they left
    assert not sees(three.user, two.user)  # who was gone when they came


def test_earlier_messages_show_who_was_there_earlier(office):
    one, two, three = (contact(office.account, name) for name in ("Ann", "Bob", "Cy"))
    made = group(office.account, TENANTS, CONVERSATION, [one, two])
    say(two.user, made)
    unshare(made, two)
    share(made, three, earlier=True)
    assert sees(three.user, two.user)
    assert not sees(two.user, three.user)


def test_who_left_the_team_is_seen_by_those_who_may_read_what_they_wrote(office):
    maya = member(office.account, "Maya Chen")
    priya, marcus, tomasz = (
        contact(office.account, "Priya"),
        contact(office.account, "Marcus"),
        contact(office.account, "Tomasz", SERVICE_PRO),
    )
    written = say(maya, dialogue_of(priya))
    remove_from_team(office.admin, factories.tie_of(maya, office.account).id)
    late = contact(office.account, "Late")
    only_pros = member(office.account, "Paul", rights={SERVICE_PROS: 2})
    everything = member(office.account, "Ella")
    assert sees(priya.user, maya)
    assert sees(everything, maya)
    for other in (marcus.user, tomasz.user, late.user, only_pros):
        assert not sees(other, maya)
    delete_message(office.admin, written.thread_id, say(office.admin, dialogue_of(priya)).id)
    assert sees(priya.user, maya)


def test_who_left_and_came_back_sees_nobody_of_the_time_between(office):
    priya = contact(office.account, "Priya")
    disconnect(priya)
    maya = member(office.account, "Maya Chen", rights={SERVICE_PROS: 2})
    factories.set_right(factories.tie_of(maya, office.account), TENANTS, 2)
    factories.set_right(factories.tie_of(maya, office.account), TENANTS, 0)
    factories.connect(priya)
    assert not sees(priya.user, maya)


def test_a_team_chat_of_once_shows_its_two(office):
    maya = member(office.account, "Maya Chen")
    factories.personal_chat(office.account, office.admin, maya)
    assert sees(office.admin, maya)
    remove_from_team(office.admin, factories.tie_of(maya, office.account).id)
    assert sees(office.admin, maya)
    assert sees(maya, office.admin)


# What becomes of the content


def drawn(folder: Path, colour: str = "red", form: str = "JPEG", **how: object) -> photos.Drawn:
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (900, 1200), colour).save(folder / "arrived", form, **how)
    return photos.draw(folder / "arrived", "me.jpg")


def test_a_photo_becomes_two_small_squares_without_anything_but_pixels(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "at 52.1, 4.2"
    made = drawn(tmp_path / "one", exif=exif)
    for path, edge in ((made.large, photos.LARGE), (made.small, photos.SMALL)):
        assert b"52.1" not in path.read_bytes()
        assert path.stat().st_size < 40_000
        with Image.open(path) as image:
            assert (image.format, image.size, image.mode) == ("WEBP", (edge, edge), "RGB")
            assert not image.getexif()


def test_a_photo_of_a_phone_stands_upright(tmp_path):
    lying = Image.new("RGB", (400, 200), "blue")
    lying.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter: what is left here belongs on top
    lying.save(tmp_path / "arrived", "JPEG", exif=exif)
    with Image.open(photos.draw(tmp_path / "arrived", "me.jpg").large) as image:
        top, bottom = image.getpixel((200, 20)), image.getpixel((200, 400))
    assert top[0] > 200 > top[2]
    assert bottom[2] > 200 > bottom[0]


def test_what_is_seen_through_lies_on_white(tmp_path):
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(tmp_path / "arrived", "PNG")
    with Image.open(photos.draw(tmp_path / "arrived", "me.png").large) as image:
        assert min(image.getpixel((10, 10))) > 250


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 no picture", b"<svg xmlns='x'><script/></svg>", b"\xff\xd8\xff\xe0broken"],
)
def test_what_is_no_picture_is_refused_in_words(content, tmp_path):
    (tmp_path / "arrived").write_bytes(content)
    with pytest.raises(Invalid, match="me"):
        photos.draw(tmp_path / "arrived", "me.jpg")


def kept(storage: Folder) -> set[str]:
    return {key for key, _ in storage.stored()}


def test_another_photo_takes_the_place_and_the_content_of_the_one_before(bound, tmp_path):
    storage, priya = Folder(tmp_path / "files"), factories.person()
    photos.keep(priya, drawn(tmp_path / "a"), storage)
    first, version = kept(storage), priya.photo
    assert len(first) == 2
    photos.keep(priya, drawn(tmp_path / "b", "blue"), storage)
    assert len(kept(storage)) == 2
    assert not kept(storage) & first
    assert User.get_by_id(priya.id).photo == priya.photo != version
    photos.remove(priya, storage)
    assert kept(storage) == set()
    assert User.get_by_id(priya.id).portrait == ""
    with pytest.raises(Missing):
        photos.visible(priya, priya.id)


def test_orphans_are_collected_and_photos_stay(bound, tmp_path):
    storage, priya = Folder(tmp_path / "files"), factories.person()
    photos.keep(priya, drawn(tmp_path / "a"), storage)
    (tmp_path / "left").write_bytes(b"replaced, but not deleted in time")
    left = storage.put(tmp_path / "left")
    assert attachments.collect_orphans(storage, clock.now() + 2 * clock.DAY) == 1
    assert left not in kept(storage)
    found = photos.visible(priya, priya.id)
    assert kept(storage) == {found.photo_key, found.small_photo_key}
