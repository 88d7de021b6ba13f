"""The reports that were handed in. Rows are only ever added: triggers in the database refuse the rest."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DDL, Date, Index, Integer, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from school_it.database import Model, Moment, now


class Evidence(Model):
    """A report as it was handed in.

    `digest` and `size` (bytes) are those of its file in HOME/evidence. `data` is the canonical JSON of `evidence.data`,
    `data_digest` its SHA-256. `newest_entry` is the entry of the trail that was the newest when it was made, `day` the
    day that it tells of. No key leads from here to grant and school: the evidence stays when they go.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_grant_id_id", "grant_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report: Mapped[str] = mapped_column(String(40), nullable=False, index=True)
    grant_id: Mapped[int | None] = mapped_column(Integer)
    grant_reference: Mapped[str | None] = mapped_column(String(60))
    school_number: Mapped[str | None] = mapped_column(String(20))
    year: Mapped[int | None] = mapped_column(Integer)
    recipient: Mapped[str] = mapped_column(String(200), nullable=False, default="")
    file_reference: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    note: Mapped[str] = mapped_column(Text, nullable=False, default="")
    day: Mapped[date] = mapped_column(Date, nullable=False)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    user_id: Mapped[int | None] = mapped_column(Integer)
    user_name: Mapped[str] = mapped_column(String(120), nullable=False)
    newest_entry: Mapped[int] = mapped_column(Integer, nullable=False)
    template: Mapped[str] = mapped_column(String(300), nullable=False, default="")
    file_name: Mapped[str] = mapped_column(String(255), nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    rows: Mapped[int] = mapped_column(Integer, nullable=False)
    data: Mapped[str] = mapped_column(Text, nullable=False, deferred=True)
    data_digest: Mapped[str] = mapped_column(String(64), nullable=False)

    @property
    def trace_label(self) -> str:
        return " ".join(filter(None, (f"Nachweis {self.id}", self.report, self.grant_reference)))

    @property
    def trace_school_id(self) -> int | None:
        return None


REFUSAL = "evidence is only ever added"

SQLITE_GUARDS = (
    f"""CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRES_GUARDS = (
    f"""CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '{REFUSAL}'; END $$""",
    """CREATE TRIGGER evidence_stays BEFORE UPDATE OR DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION evidence_stays()""",
)

for dialect, guards in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRES_GUARDS)):
    for guard in guards:
        ddl = DDL(guard.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Evidence.__table__, "after_create", ddl.execute_if(dialect=dialect))
