"""What a person says about themself."""

from functools import partial

from models.checking import Check
from models.database import transaction
from models.signing_up import NAME_MISSING
from models.text import line
from models.user import LONGEST_NAME, User
from models.zones import UNKNOWN
from models.zones import zone as known_zone

LONGEST_PHONE = 40


def update(user: User, name: str, phone: str, phone_consent: bool, zone: str) -> None:
    """Change name, phone number, who may see it, and the time zone.

    :param phone_consent: whether people they are connected to see the number (SPEC 1).
    :raises Invalid: with a sentence for each field that cannot be taken.
    """
    check = Check()
    name = check.read("name", partial(line, limit=LONGEST_NAME), name, NAME_MISSING)
    phone = check.read("phone", partial(line, limit=LONGEST_PHONE), phone)
    zone = check.read("zone", known_zone, zone, UNKNOWN)
    check.finish()
    with transaction():
        User.update(name=name, phone=phone, phone_consent=phone_consent, zone=zone).where(
            User.id == user.id
        ).execute()
    user.name, user.phone, user.phone_consent, user.zone = name, phone, phone_consent, zone
