"""The words and signs of the interface that more than one page uses."""

from typing import Final, NamedTuple

from models.account import LANDLORD, PROPERTY_MANAGER
from models.thread import LANDLORDS, MAINTENANCE, OWNERS, SERVICE_PROS, TEAM, TENANTS


class Label(NamedTuple):
    """What a channel is called, and the icon beside it."""

    name: str
    icon: str


CHANNELS: Final = {
    TEAM: Label("Team", "users-three"),
    TENANTS: Label("Tenants", "house-line"),
    SERVICE_PROS: Label("Service Pros", "hard-hat"),
    OWNERS: Label("Owners", "key"),
    LANDLORDS: Label("Landlords", "buildings"),
    MAINTENANCE: Label("Maintenance Requests", "wrench"),
}
"""The channels by their name in addresses, in the order shown."""

MODES: Final = {LANDLORD: "Landlord", PROPERTY_MANAGER: "Property Manager"}
"""What the modes of an account are called."""
