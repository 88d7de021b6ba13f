"""What a programme says beyond the columns of its sheet, each with how it is read, shown and kept.

Kept as plain JSON values in `Programme.terms`; an import of the sheet `programmes` leaves them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from school_it import cells
from school_it.cells import CODES, DATE, EURO, INTEGER, NUMBER, YES_NO
from school_it.errors import N_, BadValue
from school_it.funding.rules import PROOF_FROM, SCOPES, SHIFT, Scope
from school_it.funding.sheet import SHARE
from school_it.money import shown

PAYMENTS = {"advance": N_("Abruf im Voraus"), "reimbursement": N_("Erstattung nach der Zahlung")}
MANAGED_FROM = {"delivery": N_("erste Lieferung"), "decision": N_("Bescheid")}


class Limit(NamedTuple):
    """A cap beside that of the sheet: some items, in a scope, up to an amount or a share of the whole."""

    items: tuple[str, ...]
    scope: Scope
    amount: Decimal | None
    share: Decimal | None


class Document(NamedTuple):
    """A paper that has to be there, for each thing of its scope."""

    scope: Scope
    name: str


def _scope(text: str) -> Scope:
    found = {name.casefold(): scope for scope, name in SCOPES.items()}.get(text.strip().casefold())
    if found is None:
        raise BadValue(
            N_("»%(value)s« ist kein Geltungsbereich. Möglich sind: %(words)s."),
            value=text.strip(),
            words=", ".join(SCOPES.values()),
        )
    return found


def read_limits(raw: cells.Raw) -> tuple[Limit, ...] | None:
    """Lines such as ``2.2; Person; 10.000,00`` or ``2.3; Schulträger; 20 %``. Raises BadValue."""
    return tuple(_limit(line) for line in str(raw or "").splitlines() if line.strip()) or None


def _limit(line: str) -> Limit:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != 3:
        raise BadValue(
            N_("»%(value)s« ist kein Deckel. Bitte etwa »2.2; Person; 10.000,00« eintragen."),
            value=line.strip(),
        )
    items, scope, most = parts
    is_share = most.endswith("%")
    amount = None if is_share else cells.read_euro(most)
    share = SHARE.read(most) if is_share else None
    if amount is None and share is None:
        raise BadValue(
            N_("»%(value)s« ist kein Deckel. Bitte etwa »2.2; Person; 10.000,00« eintragen."),
            value=line.strip(),
        )
    return Limit(cells.read_codes(items) or (), _scope(scope), amount, share)


def show_limits(limits: tuple[Limit, ...]) -> str:
    lines = []
    for one in limits:
        most = shown(one.amount) if one.share is None else cells.show_percent(one.share)
        lines.append(f"{cells.show_codes(one.items)}; {SCOPES[one.scope]}; {most}")
    return "\n".join(lines)


def read_documents(raw: cells.Raw) -> tuple[Document, ...] | None:
    """Lines such as ``Schule: Medienkonzept``. Raises BadValue."""
    found = []
    for line in str(raw or "").splitlines():
        if line.strip():
            scope, colon, name = line.partition(":")
            if not colon or not name.strip():
                raise BadValue(
                    N_("»%(value)s«: Bitte etwa »Schule: Medienkonzept« eintragen."), value=line.strip()
                )
            found.append(Document(_scope(scope), name.strip()))
    return tuple(found) or None


def show_documents(documents: tuple[Document, ...]) -> str:
    return "\n".join(f"{SCOPES[one.scope]}: {one.name}" for one in documents)


LIMITS = cells.Type("limits", read_limits, show_limits)
DOCUMENTS = cells.Type("documents", read_documents, show_documents)


def _words(names: Mapping[Any, str]) -> cells.Type:
    return cells.one_of({name: value for value, name in names.items()})


class Term(NamedTuple):
    """A value beyond the sheet: what people call it, how it is read, what it is for."""

    label: str
    type: cells.Type
    hint: str = ""


TERMS: dict[str, Term] = {
    "minimum_grant": Term(N_("Mindestzuwendung"), EURO, N_("darunter wird nicht bewilligt, in Euro")),
    "unit_gross": Term(N_("Höchstbetrag je Gerät brutto"), YES_NO, N_("ja oder nein")),
    "limits": Term(
        N_("weitere Deckel"), LIMITS, N_("je Zeile: Fördergegenstände; Geltung; Betrag oder Anteil")
    ),
    "allowed": Term(N_("ausdrücklich förderfähig"), CODES, N_("mit Komma getrennt")),
    "shift_share": Term(N_("Abweichung je Fördergegenstand"), SHARE, N_("ohne Änderungsantrag, in Prozent")),
    "payment": Term(
        N_("Auszahlung"), _words(PAYMENTS), N_("Abruf im Voraus oder Erstattung nach der Zahlung")
    ),
    "advance_share": Term(N_("Abschlag höchstens"), SHARE, N_("vor dem Nachweis, in Prozent")),
    "no_advance_up_to": Term(N_("kein Abschlag bis"), EURO, N_("Zuwendung bis zu diesem Betrag, in Euro")),
    "drawdown_months": Term(N_("Bedarf für Monate"), INTEGER, N_("was in so vielen Monaten fällig wird")),
    "base_per_school": Term(N_("Sockelbetrag je Schule"), EURO, N_("in Euro")),
    "base_full_from": Term(N_("voller Sockelbetrag ab"), INTEGER, N_("Schülerinnen und Schüler")),
    "per_pupil": Term(N_("Betrag je Kopf"), EURO, N_("je Schülerin und Schüler, in Euro")),
    "primary_factor": Term(N_("Faktor Grundschule"), NUMBER, N_("für den Betrag je Kopf, etwa 0,5")),
    "proof_fixed": Term(N_("Verwendungsnachweis spätestens"), DATE, N_("TT.MM.JJJJ")),
    "proof_from": Term(N_("Verwendungsnachweis zählt ab"), _words(PROOF_FROM)),
    "receipt_list": Term(N_("Belegliste verlangt"), YES_NO, N_("ja oder nein")),
    "documents": Term(N_("nötige Unterlagen"), DOCUMENTS, N_("je Zeile: Geltung: Unterlage")),
    "management_months": Term(N_("Geräteverwaltung binnen Monaten"), INTEGER),
    "management_from": Term(N_("Geräteverwaltung zählt ab"), _words(MANAGED_FROM)),
    "full_equipment": Term(N_("höchstens ein Gerät je Kopf"), YES_NO, N_("ja oder nein")),
    "one_application": Term(N_("ein Antrag je Schulträger"), YES_NO, N_("ja oder nein")),
    "linked_programmes": Term(N_("nur mit Maßnahme aus"), CODES, N_("Kürzel der Programme")),
    "vocational_items": Term(N_("nur an Berufskollegs"), CODES, N_("Fördergegenstände, einmal je Schule")),
}
"""By name; names differ from the columns of the sheet `programmes`."""


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, Limit):
        amount = None if value.amount is None else f"{value.amount:.2f}"
        share = None if value.share is None else f"{value.share:f}"
        return {"items": list(value.items), "scope": value.scope.value, "amount": amount, "share": share}
    if isinstance(value, Document):
        return {"scope": value.scope.value, "name": value.name}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def typed(name: str, kept: Any) -> Any:
    """The value of the term that JSON has kept. Raises ValueError, KeyError where it is none."""
    if kept is None:
        return None
    match TERMS[name].type.name:
        case "euro" | "percent" | "number":
            return Decimal(str(kept))
        case "date":
            return kept if isinstance(kept, date) else date.fromisoformat(kept)
        case "codes":
            return tuple(str(one) for one in kept)
        case "limits":
            return tuple(_typed_limit(one) for one in kept)
        case "documents":
            return tuple(Document(Scope(one["scope"]), one["name"]) for one in kept)
    return kept


def _typed_limit(kept: Mapping[str, Any]) -> Limit:
    amount, share = kept.get("amount"), kept.get("share")
    return Limit(
        tuple(kept["items"]),
        Scope(kept["scope"]),
        None if amount is None else Decimal(amount),
        None if share is None else Decimal(share),
    )


def of(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """The typed values by name; what is not known here (a later edition wrote it) is passed over."""
    return {name: typed(name, value) for name, value in (kept or {}).items() if name in TERMS}


def shift_share(kept: Mapping[str, Any] | None) -> Decimal:
    """F20: the share by which an item may exceed its plan; what the directive says where the programme does not."""
    share: Decimal | None = of(kept).get("shift_share")
    return SHIFT if share is None else share
