"""The words and signs of the interface that more than one page uses."""

from typing import Final, NamedTuple

from models.account import LANDLORD, PROPERTY_MANAGER
from models.maintenance import (
    CANCELED,
    DEFERRED,
    HIGH,
    IN_PROGRESS,
    IN_REVIEW,
    LOW,
    NEW,
    NORMAL,
    RESOLVED,
    URGENT,
    WORDS,
)
from models.thread import EVERYBODY, LANDLORDS, MAINTENANCE, OWNERS, SERVICE_PROS, TEAM, TENANTS


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

AUDIENCES: Final = {
    EVERYBODY: "Everyone",
    "team": "Team only",
    "tenants": "Team and tenants",
    "pros": "Team and pros",
}
"""Who sees a message about a request, as it is chosen before it is sent and told beside it."""

MODES: Final = {LANDLORD: "Landlord", PROPERTY_MANAGER: "Property Manager"}
"""What the modes of an account are called."""


class Category(NamedTuple):
    """What a kind of problem is called, its icon, and its colour: one of the eight of people."""

    name: str
    icon: str
    colour: int


CATEGORIES: Final = {
    "plumbing": Category("Plumbing", "drop", 6),
    "heating": Category("Heating", "thermometer-simple", 2),
    "electrical": Category("Electrical", "lightning", 7),
    "appliance": Category("Appliance", "washing-machine", 1),
    "locks": Category("Locks", "lock-key", 5),
    "pests": Category("Pests", "bug", 3),
    "decorating": Category("Decorating", "paint-roller", 4),
    "other": Category("Other", "wrench", 8),
}
"""The kinds of problems, in the order shown."""


class Status(NamedTuple):
    """What a status of a request is called, the tone of its chip, and its icon."""

    name: str
    tone: str
    icon: str


STATUSES: Final = {
    NEW: Status(WORDS[NEW], "blue", "circle-dashed"),
    IN_PROGRESS: Status(WORDS[IN_PROGRESS], "violet", "circle-half"),
    IN_REVIEW: Status(WORDS[IN_REVIEW], "accent", "eye"),
    RESOLVED: Status(WORDS[RESOLVED], "green", "check-circle"),
    DEFERRED: Status(WORDS[DEFERRED], "slate", "clock-countdown"),
    CANCELED: Status(WORDS[CANCELED], "slate", "x-circle"),
}
"""The statuses of requests, in the order shown."""

PRIORITIES: Final = {priority: WORDS[priority] for priority in (LOW, NORMAL, HIGH, URGENT)}
"""What the priorities of requests are called."""
