"""States of a device and the moves between them, uses, disposal, low value, useful life. Plain values only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from school_it.errors import N_, Sentence
from school_it.school_year import months_after, years_after

LOW_VALUE = Decimal(800)  # net; KomHVO NRW section 36 (3)
ENDS_SOON_DAYS = 365


class State(StrEnum):
    ORDERED = "ordered"
    IN_STOCK = "in_stock"
    IN_USE = "in_use"
    IN_REPAIR = "in_repair"
    DEFECTIVE = "defective"
    LOST = "lost"
    STOLEN = "stolen"
    DISPOSED = "disposed"


STATES = {
    State.IN_USE: N_("in Betrieb"),
    State.IN_STOCK: N_("Lager"),
    State.IN_REPAIR: N_("Reparatur"),
    State.DEFECTIVE: N_("defekt"),
    State.LOST: N_("verloren"),
    State.STOLEN: N_("gestohlen"),
    State.DISPOSED: N_("ausgesondert"),
    State.ORDERED: N_("bestellt"),
}

_O, _S, _U, _R, _D, _L, _T = (
    State.ORDERED, State.IN_STOCK, State.IN_USE, State.IN_REPAIR, State.DEFECTIVE, State.LOST, State.STOLEN,
)  # fmt: skip

# From each state to these. Nothing moves to `disposed` here: that needs a reason and an approval (`why_not_disposed`).
MOVES: dict[State, tuple[State, ...]] = {
    State.ORDERED:   (        _S, _U            ),
    State.IN_STOCK:  (            _U, _R, _D, _L, _T),
    State.IN_USE:    (        _S,     _R, _D, _L, _T),
    State.IN_REPAIR: (        _S, _U,     _D, _L, _T),
    State.DEFECTIVE: (        _S, _U, _R,     _L, _T),
    State.LOST:      (        _S, _U,     _D,     _T),
    State.STOLEN:    (        _S, _U,     _D, _L    ),
    State.DISPOSED:  (),
}  # fmt: skip

LENDABLE = frozenset({State.IN_STOCK, State.IN_USE})
GONE = frozenset({State.LOST, State.STOLEN, State.DISPOSED})


class Use(StrEnum):
    POOL = "pool"
    TEACHER = "teacher"
    LOAN = "loan"
    OFFICE = "office"


USES = {
    Use.POOL: N_("Pool"),
    Use.TEACHER: N_("Lehrkraft"),
    Use.LOAN: N_("Leihe"),
    Use.OFFICE: N_("Verwaltung"),
}


class ItemClass(StrEnum):
    """What the targets of the development plan count."""

    MOBILE = "mobile"
    PRESENTATION = "presentation"
    ACCESS_POINT = "access_point"
    TEACHERS = "teachers"
    WORKPLACE = "workplace"


ITEM_CLASSES = {
    ItemClass.MOBILE: N_("mobil"),
    ItemClass.PRESENTATION: N_("Präsentation"),
    ItemClass.ACCESS_POINT: N_("Accesspoint"),
    ItemClass.TEACHERS: N_("Lehrkräfte"),
    ItemClass.WORKPLACE: N_("Arbeitsplatz"),
}


class DisposalReason(StrEnum):
    OBSOLETE = "obsolete"
    DEFECT = "defect"
    LOSS = "loss"
    THEFT = "theft"
    SALE = "sale"
    SCRAP = "scrap"
    TRANSFER = "transfer"


DISPOSAL_REASONS = {
    DisposalReason.OBSOLETE: N_("veraltet"),
    DisposalReason.DEFECT: N_("defekt"),
    DisposalReason.LOSS: N_("verloren"),
    DisposalReason.THEFT: N_("gestohlen"),
    DisposalReason.SALE: N_("verkauft"),
    DisposalReason.SCRAP: N_("verschrottet"),
    DisposalReason.TRANSFER: N_("abgegeben"),
}


class RecordKind(StrEnum):
    """What is written down of a device beside its facts."""

    APPROVAL = "approval"
    DEFECT = "defect"
    LOSS = "loss"
    THEFT = "theft"
    MOVE = "move"
    USE = "use"


RECORD_KINDS = {
    RecordKind.APPROVAL: N_("Genehmigung"),
    RecordKind.DEFECT: N_("Defekt"),
    RecordKind.LOSS: N_("Verlust"),
    RecordKind.THEFT: N_("Diebstahl"),
    RecordKind.MOVE: N_("an eine andere Schule"),
    RecordKind.USE: N_("andere Nutzung genehmigt"),
}
INCIDENTS = {
    RecordKind.DEFECT: State.DEFECTIVE,
    RecordKind.LOSS: State.LOST,
    RecordKind.THEFT: State.STOLEN,
}

# name, years of useful life, funding item, item class; each can be edited once it is there.
CATEGORIES: tuple[tuple[str, int, str | None, ItemClass | None], ...] = (
    ("Tablet", 5, "2.3", ItemClass.MOBILE),
    ("Notebook", 5, "2.3", ItemClass.MOBILE),
    ("PC", 5, "2.2", ItemClass.WORKPLACE),
    ("Display", 8, "2.1c", ItemClass.PRESENTATION),
    ("Beamer", 8, "2.1c", ItemClass.PRESENTATION),
    ("Dokumentenkamera", 8, "2.1c", ItemClass.PRESENTATION),
    ("Drucker", 5, "2.2", None),
    ("Server", 5, "2.1b", None),
    ("Switch", 8, "2.1a", None),
    ("Accesspoint", 5, "2.1a", ItemClass.ACCESS_POINT),
    ("Firewall", 5, "2.1a", None),
    ("Ladewagen", 8, "2.3", None),
    ("Telefon", 5, None, None),
    ("Zubehör", 5, None, None),
    ("Sonstiges", 5, None, None),
)


def usual_categories() -> tuple[str, ...]:
    return tuple(name for name, *_rest in CATEGORIES)


def may_move(before: State, after: State) -> bool:
    return after in MOVES[before]


def is_bound(bound_until: date | None, today: date) -> bool:
    """The funding still binds the device to its purpose; the last day counts."""
    return bound_until is not None and today <= bound_until


USE_IS_OTHER = N_(
    "%(tag)s ist bis %(day)s für den Unterricht gebunden. Für die Verwaltung braucht es eine Genehmigung; "
    "das Schulverwaltungsamt trägt sie am Gerät ein."
)
SHORTENED = N_(
    "Die Zweckbindung von %(tag)s läuft bis %(day)s. Kürzen oder entfernen darf sie nur das Schulverwaltungsamt."
)
MOVE_NEEDS_REASON = N_(
    "%(tag)s ist bis %(day)s zweckgebunden. An eine andere Schule darf es nur, wenn die Maßnahme sie umfasst oder "
    "die Bewilligungsbehörde zustimmt: Bitte den Grund eintragen."
)


def is_other_use(before: Use | None, after: Use | None) -> bool:
    """Funded devices serve teaching: the administration is another purpose (F07)."""
    return after is Use.OFFICE and before is not Use.OFFICE


def is_shortened(before: date | None, after: date | None, today: date) -> bool:
    """A running earmark would end earlier, or be gone: what binds could be slipped off."""
    return is_bound(before, today) and before is not None and (after is None or after < before)


def why_not_disposed(
    *,
    state: State,
    bound_until: date | None,
    is_out: bool,
    is_approved: bool,
    today: date,
    is_approved_by_name: bool = False,
) -> Sentence | None:
    """What stands against disposal: it is gone already, somebody has it, or nobody has approved (I04, F07).

    While the funding binds it, an approval counts only by the name of whoever gave it, with a reason.
    """
    if state is State.DISPOSED:
        return Sentence(N_("Das Gerät ist schon ausgesondert."))
    if is_out:
        return Sentence(N_("Das Gerät ist noch ausgegeben. Bitte zuerst zurücknehmen."))
    if is_approved and (is_approved_by_name or not is_bound(bound_until, today)):
        return None
    if bound_until is not None and is_bound(bound_until, today):
        return Sentence(
            N_("Die Zweckbindung läuft noch bis %(day)s. Es fehlt eine Genehmigung mit Name und Grund."),
            day=f"{bound_until:%d.%m.%Y}",
        )
    return Sentence(N_("Es fehlt die Genehmigung des Schulverwaltungsamts."))


def product_name(manufacturer: str | None, model: str | None) -> str:
    """»Nordlicht Slate 11«; empty where neither is known."""
    return " ".join(filter(None, (manufacturer, model)))


def life_ends(begun: date | None, years: int | None) -> date | None:
    """The end of the useful life, counted from the commissioning (or the acquisition where that is not known)."""
    return None if begun is None or not years else years_after(begun, years)


def outlives_use(ends: date | None, bound_until: date | None) -> bool:
    """F08 (derived): its earmark lasts beyond its useful life, so that the town replaces it from its own money.

    In use from 01.09.2020 for 5 years, bound until 31.12.2029 -> yes; no where one of the days is not known.
    """
    return ends is not None and bound_until is not None and ends < bound_until


def is_low_value(price_net: Decimal | None, limit: Decimal = LOW_VALUE) -> bool | None:
    """A low-value asset: at most `limit` net; None where the price is not known (I01). 800.01 -> no."""
    return None if price_net is None else price_net <= limit


def warranty_end(acquired_on: date | None, months: int | None) -> date | None:
    return None if acquired_on is None or not months else months_after(acquired_on, months)
