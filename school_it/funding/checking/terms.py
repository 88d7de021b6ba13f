"""Rules that hang on what a programme says beyond its sheet, held against a grant; only where the data is there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from school_it.database import today
from school_it.errors import N_, Sentence
from school_it.funding import bound, rules
from school_it.funding.checking import Check, Checks, Severity, limits
from school_it.funding.models import Grant, Receipt
from school_it.funding.programmes import terms
from school_it.funding.rules import NOTHING, CapBasis, Financing, ProofFrom
from school_it.money import shown
from school_it.schools.models import School

OWN_YEARS = 10
"""F34: books of the town, KomHVO NRW § 59; receipts alone would be six."""


def of_grant(session: Session, grant: Grant, eligible: Decimal) -> Checks:
    """F02, F09, F10, F13, F14, F26, F29, F34 to F36; `eligible` is that of its receipts. A few statements."""
    further = terms.of(grant.programme.terms)
    yield from _excluded(session, grant, further)
    yield from _per_unit(session, grant)
    yield from _vocational(session, grant, further)
    yield from _minimum(grant, further)
    yield from _proof(grant, further)
    yield from _kept(grant)
    yield from _managed(session, grant, further)
    yield from limits.of_grant(session, grant, further.get("limits") or ())
    yield from _budget(grant, eligible)


# --- what is not paid for ---


def _excluded(session: Session, grant: Grant, further: dict[str, Any]) -> Checks:
    """F10 and F11, in the texts of the receipts."""
    excluded = grant.programme.excluded or ()
    if not excluded:
        return
    called = [one for word in excluded for one in rules.called(word)]
    lower: ColumnElement[str] = func.lower(Receipt.subject)
    for capital in "ÄÖÜ":  # SQLite leaves them large
        lower = func.replace(lower, capital, capital.lower())
    lower = func.replace(lower, "ß", "ss")  # as the words are written that are looked for
    rows = (
        select(Receipt.receipt_no, Receipt.subject)
        .where(Receipt.grant_id == grant.id, Receipt.eligible_requested > NOTHING)
        .where(or_(*(lower.contains(one, autoescape=True) for one in called)))
        .order_by(Receipt.id)
    )
    allowed = further.get("allowed") or ()
    found = [
        (number, words)
        for number, text in session.execute(rows)
        if (words := rules.excluded_in(text, excluded, allowed))
    ]
    if not found:
        yield Check("F10", True, Severity.WARN, Sentence(_NOTHING_EXCLUDED))
        return
    number, words = found[0]
    values = {"number": number, "words": ", ".join(words), "more": len(found) - 1}
    yield Check(
        "F10", False, Severity.WARN, Sentence(_EXCLUDED if len(found) == 1 else _MORE_EXCLUDED, **values)
    )


_NOTHING_EXCLUDED = N_("Kein Beleg setzt an, was das Programm ausschließt.")
_EXCLUDED = N_("Beleg %(number)s nennt »%(words)s«: Das fördert das Programm nicht. Bitte ansehen.")
_MORE_EXCLUDED = N_(
    "Beleg %(number)s nennt »%(words)s«: Das fördert das Programm nicht. Bitte ansehen (und %(more)s weitere)."
)


def _vocational(session: Session, grant: Grant, further: dict[str, Any]) -> Checks:
    """F35: what vocational colleges alone may have, once each."""
    items = further.get("vocational_items") or ()
    if not items:
        return
    rows = (
        select(School.school_number, School.school_type, func.sum(Receipt.quantity))
        .join(Receipt, Receipt.school_id == School.id)
        .where(
            Receipt.grant_id == grant.id, Receipt.category.in_(items), Receipt.eligible_requested > NOTHING
        )
        .group_by(School.school_number, School.school_type)
        .order_by(School.school_number)
    )
    for number, kind, count in session.execute(rows):
        for sentence in rules.against_video(kind, count):
            yield Check("F35", False, Severity.ERROR, Sentence(_AT_SCHOOL, number=number, fault=sentence))
            return


_AT_SCHOOL = N_("Schule %(number)s: %(fault)s")


# --- amounts ---


def _per_unit(session: Session, grant: Grant) -> Checks:
    """F13 and F14, under a share: which basis the cap has, and whether it holds for each or on the average."""
    programme, cap = grant.programme, grant.programme.unit_cap
    if cap is None or programme.financing is not Financing.SHARE or grant.rate is None:
        return
    if programme.cap_basis is None:
        costly = cap / grant.rate
        most = rules.open_per_unit(costly, grant.rate, cap)
        yield Check("F13", False, Severity.WARN, Sentence(_OPEN_BASIS, cap=shown(cap), most=shown(most)))
        return
    limit = cap if programme.cap_basis is CapBasis.ELIGIBLE_COST else cap / grant.rate
    devices = rules.against_cap(_costs(session, grant), limit)
    if devices is None:
        return
    values = {
        "cap": shown(limit), "over": devices.over, "pieces": devices.pieces, "average": shown(devices.average),
    }  # fmt: skip
    text = _EACH_HOLDS if devices.each_holds else _AVERAGE_HOLDS if devices.average_holds else _NEITHER_HOLDS
    yield Check("F14", devices.each_holds, Severity.WARN, Sentence(text, **values))


def _costs(session: Session, grant: Grant) -> list[tuple[Decimal, int]]:
    """Eligible cost and pieces of its receipts, summed up by the database: rows of one price come as one."""
    rows = (
        select(Receipt.eligible_requested, Receipt.quantity, func.count())
        .where(Receipt.grant_id == grant.id, Receipt.eligible_requested > NOTHING, Receipt.quantity > 0)
        .group_by(Receipt.eligible_requested, Receipt.quantity)
    )
    return [(amount * count, quantity * count) for amount, quantity, count in session.execute(rows)]


_OPEN_BASIS = N_(
    "Ob die %(cap)s je Gerät die Ausgaben oder die Zuwendung begrenzen, ist nicht eingetragen: bis zu %(most)s "
    "je Gerät hängen daran. Bitte dem Bescheid entnehmen."
)
_EACH_HOLDS = N_("Kein Gerät liegt über %(cap)s; im Durchschnitt sind es %(average)s.")
_AVERAGE_HOLDS = N_(
    "Im Durchschnitt sind es %(average)s je Gerät und damit höchstens %(cap)s, aber %(over)s von %(pieces)s Geräten "
    "liegen darüber. Ob der Höchstbetrag für jedes gilt, sagt der Bescheid."
)
_NEITHER_HOLDS = N_(
    "%(over)s von %(pieces)s Geräten liegen über %(cap)s, im Durchschnitt sind es %(average)s: Was darüber liegt, "
    "trägt die Stadt."
)


def _minimum(grant: Grant, further: dict[str, Any]) -> Checks:
    """F36."""
    least = further.get("minimum_grant")
    if least is not None and grant.decisions:
        holds = rules.reaches_minimum(grant.granted, least)
        values = {"granted": shown(grant.granted), "least": shown(least)}
        yield Check("F36", holds, Severity.WARN, Sentence(_ENOUGH if holds else _TOO_LITTLE, **values))


_ENOUGH = N_("Bewilligt sind %(granted)s: mindestens die %(least)s, ab denen bewilligt wird.")
_TOO_LITTLE = N_(
    "Bewilligt sind %(granted)s: weniger als die %(least)s, ab denen bewilligt wird. Bitte den Bescheid ansehen."
)


def _budget(grant: Grant, eligible: Decimal) -> Checks:
    """F02: what the granted amount allows to spend; what the decisions call eligible where only rounding differs."""
    if grant.rate and grant.granted and grant.programme.financing is Financing.SHARE:
        most = rules.largest_eligible(grant.granted, grant.rate)
        if rules.rounding_holds([(one.eligible, one.granted) for one in grant.decisions], grant.rate):
            most = grant.eligible
        values = {"granted": shown(grant.granted), "most": shown(most), "eligible": shown(eligible)}
        yield Check("F02", eligible <= most, Severity.INFO, Sentence(_WORTH, **values))


_WORTH = N_(
    "Mit %(granted)s lassen sich %(most)s zuwendungsfähige Ausgaben fördern; belegt sind %(eligible)s."
)


# --- days ---


def _proof(grant: Grant, further: dict[str, Any]) -> Checks:
    """F29: handed in, or not due yet, by the day in the decision; that day is no later than that of the programme."""
    late = _late(grant)
    if late is not None:
        yield Check("F29", False, Severity.WARN, late)
        return
    begun = grant.completed_on if further.get("proof_from") == ProofFrom.COMPLETION else grant.period_to
    due = rules.proof_due(
        fixed=further.get("proof_fixed"), months=grant.programme.proof_months, begun=begun or grant.period_to
    )
    if due is None:
        return
    said = grant.proof_due
    values = {"due": f"{due:%d.%m.%Y}", "said": f"{said:%d.%m.%Y}" if said else ""}
    if said is None:
        yield Check("F29", False, Severity.WARN, Sentence(_DUE_UNSAID, **values))
    elif said > due:
        yield Check("F29", False, Severity.WARN, Sentence(_DUE_LATER, **values))
    else:
        yield Check("F29", True, Severity.WARN, Sentence(_DUE, **values))


def _late(grant: Grant) -> Sentence | None:
    if grant.proof_overdue(today()):
        return Sentence(_OVERDUE, said=f"{grant.proof_due:%d.%m.%Y}")
    due, came = grant.proof_due, grant.proof_handed_in
    if due is None or came is None or came <= due:
        return None
    return Sentence(_CAME_LATE, said=f"{due:%d.%m.%Y}", came=f"{came:%d.%m.%Y}")


_OVERDUE = N_(
    "Der Verwendungsnachweis ist seit dem %(said)s überfällig. Ist er schon eingereicht, bitte den Tag bei der "
    "Zuwendung eintragen."
)
_CAME_LATE = N_("Der Verwendungsnachweis war am %(said)s fällig und ist erst am %(came)s eingereicht worden.")
_DUE = N_("Der Verwendungsnachweis ist am %(said)s fällig.")
_DUE_UNSAID = N_(
    "Nach dem Programm ist der Verwendungsnachweis am %(due)s fällig; beim Bescheid steht noch kein Tag. "
    "Bitte eintragen."
)
_DUE_LATER = N_(
    "Beim Bescheid steht der %(said)s, nach dem Programm ist der Verwendungsnachweis schon am %(due)s fällig. "
    "Bitte prüfen."
)


def _kept(grant: Grant) -> Checks:
    """F34: as long as nobody has settled, from the day the proof is due."""
    settled = grant.proof_due or grant.period_to
    if settled is not None:
        until: date = rules.kept_until(
            settled,
            grant.earmark_end,
            authority_years=OWN_YEARS,
            programme_years=grant.programme.retention_years,
        )
        text = _KEEP if grant.programme.retention_years is not None else _KEEP_OF_OWN
        values = {"day": f"{until:%d.%m.%Y}", "years": OWN_YEARS}
        yield Check("F34", True, Severity.INFO, Sentence(text, **values))


_KEEP = N_("Bescheide, Rechnungen und Nachweise bleiben mindestens bis zum %(day)s.")
_KEEP_OF_OWN = N_(
    "Bescheide, Rechnungen und Nachweise bleiben mindestens bis zum %(day)s: Das Programm nennt keine Frist, "
    "also gelten die %(years)s Jahre für Bücher nach § 59 KomHVO NRW."
)


def _managed(session: Session, grant: Grant, further: dict[str, Any]) -> Checks:
    """F26: from the first delivery or the decision, as the programme says; from the earlier where it does not."""
    months = further.get("management_months")
    if months is None:
        return
    decided = min((one.decision_date for one in grant.decisions), default=None)
    delivered = bound.first_delivery(session, [one.file_reference for one in grant.decisions])
    days = {"decision": [decided], "delivery": [delivered]}.get(
        further.get("management_from") or "", [decided, delivered]
    )
    begun = min((day for day in days if day is not None), default=None)
    if begun is None:
        return
    due = rules.management_due(begun, months)
    holds = rules.management_in_time(begun, months, grant.managed_from, today())
    values = {
        "due": f"{due:%d.%m.%Y}",
        "since": f"{grant.managed_from:%d.%m.%Y}" if grant.managed_from else "",
    }
    text = _MANAGED if grant.managed_from and holds else _MANAGED_LATE if grant.managed_from else _UNMANAGED
    yield Check("F26", holds and grant.managed_from is not None, Severity.WARN, Sentence(text, **values))


_MANAGED = N_("Die Geräteverwaltung läuft seit dem %(since)s, gefordert war der %(due)s.")
_MANAGED_LATE = N_("Die Geräteverwaltung läuft erst seit dem %(since)s, gefordert war der %(due)s.")
_UNMANAGED = N_(
    "Die Geräteverwaltung muss bis zum %(due)s laufen. Bitte bei der Zuwendung eintragen, seit wann sie läuft."
)
