"""All tables at once, for the migrations and the journal's look at its kinds."""

from db.tables.alarms import AlarmRow
from db.tables.assets import Asset, Part, StockMove
from db.tables.base import Base, Record
from db.tables.cases import CaseLink, CaseRow, SavedFilter, Turn
from db.tables.duty import Duty
from db.tables.energy import MeterReading
from db.tables.journal import Counter, Entry
from db.tables.people import Person, Residency
from db.tables.places import Community, Place
from db.tables.plans import Picture, Plan
from db.tables.schedules import Route, Schedule
from db.tables.security import Operator, Setting
from db.tables.things import ThingCard

__all__ = [
    "AlarmRow", "Asset", "Base", "CaseLink", "CaseRow", "Community", "Counter", "Duty", "Entry", "MeterReading", "Operator",
    "Part", "Person", "Picture", "Place", "Plan", "Record", "Residency", "Route", "SavedFilter", "Schedule", "Setting",
    "StockMove", "ThingCard", "Turn",
]  # fmt: skip
