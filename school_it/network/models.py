"""The table of outlets."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Model, Versioned
from school_it.schools.models import Room, School


class Outlet(Versioned, Model):
    """A network outlet in the wall of a room, and what is known of its chain: panel port, switch port, VLAN.

    Rack, panel and ports are words of the electrician's list, not rows of their own: a list has gaps, and an outlet
    with half a chain has to be storable without inventing a rack or a panel for it. Each named rack, panel or port
    is one (school, rack, panel, port), compared by `rules.panel_end`, and at most one outlet has it; so tables for
    racks, panels and ports can be filled from these columns later, one row for each different word, and point back
    here. `switch` is the inventory number of a device as the device is spelt, or the name that a list gives as long as
    no such device is known: the chain is whole as soon as it is taken in. That no port is used twice is checked
    under a lock on the school's row (`queries.lock_schools`): ports may be swapped in one act, which an index that
    looks at every single row would refuse.
    """

    __tablename__ = "outlets"
    __table_args__ = (
        UniqueConstraint("school_id", "outlet"),
        Index("ix_outlets_room_id", "room_id"),
        Index("ix_outlets_switch", "switch", "switch_port"),
        Index("ix_outlets_outlet_id", "outlet", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id), nullable=False)
    room_id: Mapped[int] = mapped_column(ForeignKey(Room.id), nullable=False)
    outlet: Mapped[str] = mapped_column(String(60), nullable=False)
    rack: Mapped[str | None] = mapped_column(String(60))
    panel: Mapped[str | None] = mapped_column(String(60))
    panel_port: Mapped[str | None] = mapped_column(String(40))
    switch: Mapped[str | None] = mapped_column(String(60))
    switch_port: Mapped[str | None] = mapped_column(String(40))
    vlan: Mapped[str | None] = mapped_column(String(40))
    connected: Mapped[str | None] = mapped_column(String(160))
    measured_on: Mapped[date | None]
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    room: Mapped[Room] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return self.outlet

    @property
    def trace_school_id(self) -> int:
        return self.school_id
