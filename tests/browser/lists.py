"""Workbooks as schools keep them; every number in them is new to the town."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

HEAD = ["Inv.-Nr.", "Geräteart", "Marke", "Modell", "SN", "Kaufdatum", "Preis brutto", "Bemerk."]


def untidy(path: Path, mark: str) -> Path:
    """Titles above, a room as a heading, a blank line, a sum, a footnote; dates and prices as somebody typed them."""
    return saved(
        path,
        ["Geräteliste der Schule"],
        ["Stand: 12.11.2026"],
        [],
        HEAD,
        [
            f"{mark}-001",
            "Tablet",
            "Nordlicht",
            "Slate 11",
            f"{mark}1",
            date(2024, 3, 1),
            399.0,
            "Hülle fehlt",
        ],
        [f"{mark}-002", "iPad", "Nordlicht", "Slate 11", f"{mark}2", "1.3.24", "399,00 €", None],
        [],
        [f"{mark}-003", "Laptop", "Tannwerk", "T13", f"{mark}3", "01.09.2023", "1.299,00", "-"],
        ["Summe", None, None, None, None, None, 2097.0, None],
        [],
        ["* ohne Zubehör"],
    )


def with_faults(path: Path) -> Path:
    return saved(
        path,
        HEAD,
        ["FAUL-001", "Tablet", "Nordlicht", "Slate 11", "FAUL1", "31.02.2024", "viel", None],
        ["FAUL-002", "Raumschiff", "Nordlicht", "Slate 11", "FAUL2", "01.03.2024", 399.0, None],
        ["FAUL-003", "Tablet", "Nordlicht", "Slate 11", "FAUL3", "01.03.2024", 399.0, None],
    )


def saved(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Inventar"
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path
