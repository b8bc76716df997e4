"""Every table, in an order in which each comes after those it refers to."""

from models.account import Account
from models.connection import Connection, TeamRight
from models.link import Link
from models.maintenance import MaintenanceRequest, RequestChange, RequestShare, Visit
from models.mention import Mention
from models.message import Attachment, ChainLink, Message, MessageEdition
from models.outbox import Outbox
from models.property import OwnerProperty, Property, StaffProperty, Tenancy, Unit
from models.session import Session
from models.thread import AccessWindow, Thread, ThreadPerson
from models.user import User

TABLES = (
    User,
    Account,
    Session,
    Connection,
    TeamRight,
    Link,
    Property,
    Unit,
    Tenancy,
    OwnerProperty,
    StaffProperty,
    MaintenanceRequest,
    RequestShare,
    RequestChange,
    Visit,
    Thread,
    AccessWindow,
    ThreadPerson,
    Message,
    MessageEdition,
    Attachment,
    Mention,
    ChainLink,
    Outbox,
)
