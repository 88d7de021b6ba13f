"""The reports of the funding books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from exports import about_grant, drawdown, origin, proof_of_use
from exports.offered import Figure
from exports.reports.shape import Choice, Pages, Report, authority, sheet_page
from exports.workbook import Page
from school_it import audit
from school_it.access import Actor, May
from school_it.devices import queries as device_queries
from school_it.devices import sheet as device_sheet
from school_it.errors import N_
from school_it.funding import queries as funding_queries
from school_it.funding import standing
from school_it.funding.drawdowns import calls
from school_it.funding.models import Grant, Receipt
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS

_NARROW = 20
"""Signs in a line where many columns have to be read on one sheet of paper."""


def _programmes(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = funding_queries.programmes(session, seen_by=by)
    everywhere = replace(choice, school=None)
    page = sheet_page(
        PROGRAMMES, rows, everywhere, title=PROGRAMMES.title, sheet_name="Förderprogramme",
        printed_to="final_settlement",
    )  # fmt: skip
    return [replace(page, widest=_NARROW)]


def _grants(session: Session, choice: Choice, _by: Actor) -> Pages:
    """One row for each decision, as the import takes them."""
    only = {choice.grant.reference} if choice.grant else None
    rows, everywhere = funding_queries.decision_rows(session, only), replace(choice, school=None)
    sums = ("eligible", "granted", "third_party", "drawn")
    page = sheet_page(
        GRANTS,
        rows,
        everywhere,
        title=GRANTS.title,
        sheet_name="Zuwendungen",
        sums=sums,
        printed_to="proof_due",
    )
    return [replace(page, widest=_NARROW)]


def _receipts(session: Session, choice: Choice, _by: Actor) -> Pages:
    """The list of receipts of one grant; of one school where that is chosen too."""
    grant = choice.needed_grant
    rows = funding_queries.receipt_rows_of(session, [grant.id], school_id=choice.school_id)
    return [_receipt_page(session, rows, choice)]


def _receipt_page(session: Session, rows: Iterable[Any], choice: Choice) -> Page:
    """On paper as far as the column that the authority fills in, with narrow columns: all of them would be too small.
    Behind the named columns stands where each receipt came from.
    """
    told = origin.told(session, Receipt.__tablename__, rows)
    page = sheet_page(
        origin.with_columns(RECEIPTS), told, choice, title="Belegliste", sheet_name="Belegliste",
        sums=funding_queries.RECEIPT_AMOUNTS, holding=_called(choice.needed_grant), printed_to="eligible_recognised",
    )  # fmt: skip
    return replace(page, widest=_NARROW)


def _called(grant: Grant) -> str:
    return " · ".join(filter(None, (f"Zuwendung {grant.reference}", grant.title)))


def _grant_figures(session: Session, choice: Choice, _by: Actor) -> dict[str, Any]:
    """A grant is proven as a whole: a school narrows its receipts, never its figures."""
    return {name: audit.plain(value) for name, value in _stands(session, choice).figures.by_name().items()}


def _grant_checks(session: Session, choice: Choice, _by: Actor) -> list[dict[str, Any]]:
    return proof_of_use.as_json(_stands(session, choice).checks)


def _stands(session: Session, choice: Choice) -> standing.Standing:
    return choice.once("standing", lambda: standing.of_grant(session, choice.needed_grant))


def _proof(session: Session, choice: Choice, by: Actor) -> Pages:
    """A grant is proven as a whole: a school narrows nothing. Who has a device is no concern of the authority's."""
    grant, whole = choice.needed_grant, replace(choice, school=None)
    stands = _stands(session, choice)
    below = _of_grant(choice)
    sheet = device_sheet.sheet_with(device_queries.category_names(session))
    paid_from = [one.file_reference for one in grant.decisions]
    devices = (
        {**device, "holder": None}
        for device in device_queries.register(session, seen_by=by, file_references=paid_from)
    )
    return [
        *proof_of_use.front(
            grant, stands, below, authority=below[0], titles=device_queries.item_titles(session)
        ),
        _receipt_page(session, stands.receipts, whole),
        sheet_page(
            sheet, devices, whole, title="Geräte", sheet_name="Geräte", sums=("price_net", "price_gross"),
            holding=_called(grant), printed_to="price_gross",
        ),
        proof_of_use.checks_page(stands.checks, below, stands.accepted),
    ]  # fmt: skip


def _drawdown(session: Session, choice: Choice, _by: Actor) -> Pages:
    grant = choice.needed_grant
    return [drawdown.page(grant, _call(session, choice), _of_grant(choice))]


def _of_grant(choice: Choice) -> tuple[str, str]:
    """The lines below the title of what belongs to a grant as a whole."""
    return authority(), f"Stand {choice.on:%d.%m.%Y} · {_called(choice.needed_grant)}"


def _call(session: Session, choice: Choice) -> calls.Call:
    return choice.once("call", lambda: calls.of_grant(session, choice.needed_grant, choice.on))


def _drawdown_figures(session: Session, choice: Choice, _by: Actor) -> dict[str, Any]:
    return {name: audit.plain(value) for name, value in _call(session, choice).figures.items()}


def _drawdown_checks(session: Session, choice: Choice, _by: Actor) -> list[dict[str, Any]]:
    return proof_of_use.as_json(_call(session, choice).checks)


def of_grant(_session: Session, choice: Choice, _by: Actor) -> Iterator[Figure]:
    return about_grant.figures(choice.needed_grant, authority=authority(), on=choice.on)


def _of_drawdown(session: Session, choice: Choice, by: Actor) -> Iterator[Figure]:
    yield from of_grant(session, choice, by)
    yield from about_grant.of_call(_call(session, choice))


FUNDING = (
    Report(
        "programmes",
        N_("Förderprogramme"),
        N_("Fördersatz, Fristen, Zweckbindung und Grenzen der Programme"),
        May.SEE_FUNDING,
        _programmes,
        "programmes",
    ),
    Report(
        "grants",
        N_("Zuwendungen"),
        N_("Bescheide mit bewilligten und abgerufenen Beträgen, Zeiträumen und Fristen"),
        May.SEE_FUNDING,
        _grants,
        "grants",
    ),
    Report(
        "receipts",
        N_("Belegliste"),
        N_("Die Belege einer Zuwendung mit Summen, wie der Verwendungsnachweis sie verlangt"),
        May.SEE_FUNDING,
        _receipts,
        "receipts",
        needs=("grant",),
        figures=_grant_figures,
        figure_columns=proof_of_use.FIGURES,
        beside=of_grant,
    ),
    Report(
        "proof-of-use",
        N_("Verwendungsnachweis"),
        N_("Deckblatt, Einnahmen, Ausgaben, Belege, Geräte und die geprüften Regeln einer Zuwendung"),
        May.SEE_FUNDING,
        _proof,
        needs=("grant",),
        figures=_grant_figures,
        figure_columns=proof_of_use.FIGURES,
        checks=_grant_checks,
        beside=of_grant,
    ),
    Report(
        "drawdown",
        N_("Mittelabruf"),
        N_("Was für eine Zuwendung jetzt abgerufen werden kann, je Bescheid"),
        May.SEE_FUNDING,
        _drawdown,
        needs=("grant",),
        figures=_drawdown_figures,
        figure_columns=drawdown.COLUMNS,
        checks=_drawdown_checks,
        beside=_of_drawdown,
    ),
)
