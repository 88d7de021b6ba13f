"""What the town was granted for its purchases: invented programmes, their grants, and the receipts of each school."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from school_it import money
from school_it.access import Actor
from school_it.audit import Batch
from school_it.database import today
from school_it.demo.purchases import PURCHASES, Purchase
from school_it.devices.rules import CATEGORIES
from school_it.funding.intake.grants import GrantIntake
from school_it.funding.intake.programmes import ProgrammeIntake
from school_it.funding.intake.receipts import ReceiptIntake
from school_it.funding.rules import Anchor, CapBasis, EndRule, Financing, StartEvent, Status
from school_it.sheets import Row

ITEMS = {name: item or "2.2" for name, _years, item, _kind in CATEGORIES}
AUTHORITY = "Bezirksregierung Beispielstadt"
CASH_DISCOUNT = Decimal("0.98")
_EARMARK = {"earmark_anchor": Anchor.IMPLEMENTATION_END, "earmark_end_rule": EndRule.CALENDAR_YEAR}
PROGRAMMES: tuple[dict[str, Any], ...] = (
    {
        "code": "DP_TEST", "title": "Digitale Schule (Beispiel)", "directive": "Beispielrichtlinie 2019",
        "valid_from": date(2019, 9, 11), "valid_to": date(2026, 12, 31), "financing": Financing.SHARE,
        "rate": Decimal("0.9"), "budget": Decimal("1800000.00"), "start_event": StartEvent.ORDER,
        "implementation_end": date(2026, 12, 31), "earmark_years": 5, **_EARMARK,
        "items": ("2.1a", "2.1b", "2.1c", "2.2", "2.3"), "cap_items": ("2.3",), "cap_share": Decimal("0.5"),
        "cap_school": Decimal("25000.00"), "excluded": ("Wartung", "Support", "Smartphone"), "proof_months": 6,
        "retention_years": 10, "source": "Beispielrichtlinie, Nr. 5 und 6",
    },
    {
        "code": "SOFORT", "title": "Sofortausstattung (Beispiel)", "directive": "Beispielrichtlinie 2020",
        "valid_from": date(2020, 7, 21), "valid_to": date(2021, 12, 31), "financing": Financing.SHARE,
        "rate": Decimal("0.9"), "unit_cap": Decimal("500.00"), "cap_basis": CapBasis.ELIGIBLE_COST,
        "earliest_start": date(2020, 3, 16), "start_event": StartEvent.INVOICE, "earmark_years": 4, **_EARMARK,
        "items": ("2.3",), "excluded": ("Hülle", "Ladewagen", "Garantieverlängerung"), "source": "Bescheid",
    },
    {
        "code": "LEHRER", "title": "Geräte für Lehrkräfte (Beispiel)", "directive": "Beispielrichtlinie 2020",
        "valid_from": date(2020, 7, 28), "financing": Financing.FIXED_AMOUNT, "unit_cap": Decimal("500.00"),
        "cap_basis": CapBasis.GRANT, "earliest_start": date(2020, 3, 16), "start_event": StartEvent.ORDER,
        "earmark_years": 4, **_EARMARK, "items": ("2.3",), "source": "Bescheid",
    },
    {
        "code": "DP2_TEST", "title": "Digitale Schule 2 (Beispiel)", "status": Status.DRAFT,
        "valid_from": date(2026, 1, 1), "valid_to": date(2030, 12, 31),
        "source": "Richtlinie noch nicht veröffentlicht",
    },
)  # fmt: skip
TITLES = {
    "48.03-11/20": "Tablets zum Ausleihen", "48.03-17/22": "Tablets und Ladewagen",
    "48.03-05/24": "Tablets und Displays",
    "48.03-31/21": "Notebooks für Lehrkräfte", "48.03-22/23": "Notebooks für die Schulen",
    "48.03-09/21": "Displays in Klassenräumen", "48.03-02/22": "WLAN und Switche",
}  # fmt: skip


UNPROVEN = "48.03-05/24"
"""Its proof of use is overdue."""


class Bought(NamedTuple):
    """What one school got of one purchase."""

    purchase: Purchase
    school_number: str
    invoice_no: str
    quantity: int

    @property
    def gross(self) -> Decimal:
        return money.to_cent(Decimal(self.purchase.price) * self.quantity)

    @property
    def paid(self) -> Decimal:
        """One supplier grants a cash discount."""
        share = CASH_DISCOUNT if self.purchase.supplier == "Tafelbau Beispiel" else Decimal(1)
        return money.to_cent(self.gross * share)


def settle(session: Session, devices: Sequence[Row], *, by: Actor, batch: Batch) -> None:
    """Programmes, grants and receipts that fit these devices to the piece and to the cent."""
    bought = list(_bought(devices))
    ProgrammeIntake().write(session, _rows(PROGRAMMES), [], by=by, batch=batch)
    grants = [*_grants(bought), _running()]
    GrantIntake().write(session, _rows(grants), [], by=by, batch=batch)
    ReceiptIntake().write(session, _rows(list(_receipts(bought))), [], by=by, batch=batch)


def _rows(values: Sequence[dict[str, Any]]) -> list[Row]:
    return [Row(number, one) for number, one in enumerate(values, 1)]


def _bought(devices: Sequence[Row]) -> Iterator[Bought]:
    funded = {purchase.model: purchase for purchase in PURCHASES if purchase.reference}
    counted = Counter(
        (row.values["model"], row.values["school_number"], row.values["invoice_no"])
        for row in devices
        if row.values["model"] in funded
    )
    for (model, school_number, invoice_no), quantity in sorted(
        counted.items(), key=lambda one: (one[0][2], one[0][1])
    ):
        yield Bought(funded[model], school_number, invoice_no, quantity)


def _grants(bought: Sequence[Bought]) -> Iterator[dict[str, Any]]:
    """One for each file reference; it ran to the end of the year of its purchases."""
    for reference in sorted(
        {one.purchase.reference or "" for one in bought}, key=lambda text: text[-2:] + text
    ):
        parts = [one for one in bought if one.purchase.reference == reference]
        year = parts[0].purchase.on.year
        eligible = _rounded_up(sum((one.paid for one in parts), Decimal(0)))
        is_share = parts[0].purchase.programme != "LEHRER"
        pieces = sum(one.quantity for one in parts)
        yield {
            "reference": _sign(reference), "programme": parts[0].purchase.programme, "title": TITLES[reference],
            "file_reference": reference, "portal_number": f"L-{year}-{reference[6:8]}",
            "decision_date": date(year, 1, 15) if year > 2020 else date(year, 8, 3), "authority": AUTHORITY,
            "purpose": "IT-Ausstattung der Schulen", "early_start_from": date(year - 1, 12, 1) if year > 2020 else None,
            "period_from": date(year, 1, 15), "period_to": date(year, 12, 31), "eligible": eligible,
            "granted": None if is_share else Decimal(500 * pieces), "drawn": _drawn(eligible, pieces, is_share),
            "proof_due": date(year + 1, 6, 30),
            "proof_handed_in": None if reference == UNPROVEN else date(year + 1, 6, 18),
        }  # fmt: skip


def _sign(reference: str) -> str:
    """48.03-17/22 -> DT-2022-17."""
    return f"DT-20{reference[-2:]}-{reference[6:8]}"


def _rounded_up(amount: Decimal) -> Decimal:
    """Applications are made for round sums."""
    return Decimal((int(amount) // 500 + 1) * 500)


def _drawn(eligible: Decimal, pieces: int, is_share: bool) -> Decimal:
    return money.to_cent(eligible * Decimal("0.85")) if is_share else Decimal(500 * pieces)


def _running() -> dict[str, Any]:
    """What is going on now, with nothing bought of it yet."""
    year = today().year
    return {
        "reference": f"DT-{year}-01", "programme": "DP_TEST", "title": "Glasfaser und Switche im Gymnasium",
        "file_reference": f"48.03-41/{year % 100:02d}", "decision_date": date(year, 3, 2), "authority": AUTHORITY,
        "purpose": "IT-Grundstruktur", "period_from": date(year, 3, 2), "period_to": date(year + 1, 6, 30),
        "eligible": Decimal("64000.00"), "drawn": Decimal("10000.00"), "proof_due": date(year + 1, 12, 30),
    }  # fmt: skip


def _receipts(bought: Sequence[Bought]) -> Iterator[dict[str, Any]]:
    """One for each school's part of an invoice, numbered within the grant."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in bought:
        totals[one.invoice_no] += one.paid
    numbers: Counter[str] = Counter()
    for one in bought:
        purchase = one.purchase
        sign = _sign(purchase.reference or "")
        numbers[sign] += 1
        yield {
            "receipt_no": str(numbers[sign]), "grant": sign, "category": ITEMS[purchase.category],
            "school_number": one.school_number, "order_date": purchase.on - timedelta(days=40),
            "invoice_date": purchase.on + timedelta(days=7), "payment_date": purchase.on + timedelta(days=21),
            "payee": purchase.supplier, "invoice_no": one.invoice_no,
            "subject": f"{one.quantity} {purchase.category} {purchase.manufacturer} {purchase.model}",
            "quantity": one.quantity, "invoice_gross": one.gross, "paid_amount": one.paid,
            "invoice_total": totals[one.invoice_no], "ledger_ref": "03.01.02/7831",
        }  # fmt: skip
