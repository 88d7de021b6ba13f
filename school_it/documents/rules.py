"""What may be kept as a document, told by its bytes, and how its name is cleaned. Plain functions."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from pathlib import PurePosixPath

from school_it.errors import N_, BadValue, Sentence

LONGEST_NAME = 120
MEGABYTE = 1024 * 1024


class DocumentKind(StrEnum):
    """What a document is to its thing: the papers to be kept for a measure, and what belongs to a device."""

    APPLICATION = "application"
    DECISION = "decision"
    QUOTE = "quote"
    AWARD = "award"
    ORDER = "order"
    CONTRACT = "contract"
    DELIVERY_NOTE = "delivery_note"
    INVOICE = "invoice"
    PAYMENT = "payment"
    HANDOVER = "handover"
    PHOTO = "photo"
    POLICE = "police"
    DISPOSAL = "disposal"
    LETTER = "letter"
    OTHER = "other"


KINDS = {
    DocumentKind.APPLICATION: N_("Antrag"),
    DocumentKind.DECISION: N_("Bescheid"),
    DocumentKind.QUOTE: N_("Angebot"),
    DocumentKind.AWARD: N_("Vergabevermerk"),
    DocumentKind.ORDER: N_("Auftrag"),
    DocumentKind.CONTRACT: N_("Vertrag"),
    DocumentKind.DELIVERY_NOTE: N_("Lieferschein"),
    DocumentKind.INVOICE: N_("Rechnung"),
    DocumentKind.PAYMENT: N_("Zahlungsnachweis"),
    DocumentKind.HANDOVER: N_("Übergabeprotokoll"),
    DocumentKind.PHOTO: N_("Foto"),
    DocumentKind.POLICE: N_("Anzeige oder Versicherung"),
    DocumentKind.DISPOSAL: N_("Aussonderungsnachweis"),
    DocumentKind.LETTER: N_("Schriftwechsel"),
    DocumentKind.OTHER: N_("Sonstiges"),
}


class Form(StrEnum):
    """The forms of file that are kept, by their media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


SUFFIXES = {Form.PDF: ".pdf", Form.JPEG: ".jpg", Form.PNG: ".png"}
_OTHER_SUFFIXES = {Form.JPEG: (".jpeg", ".jpe")}
_PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_JPEG_HEAD = b"\xff\xd8\xff"
_PDF_TAIL = 4096


def form_of(content: bytes) -> Form:
    """What these bytes are, whatever the file is called. Raises BadValue for an empty, cut off or other file."""
    if not content:
        raise BadValue(N_("Die Datei ist leer."))
    found = _form(content)
    if found is None:
        raise BadValue(
            N_("Das ist weder ein PDF noch ein Foto (JPEG oder PNG). Bitte in einer dieser Formen hochladen.")
        )
    if not _is_whole(found, content):
        raise BadValue(N_("Die Datei ist unvollständig: Ihr Ende fehlt. Bitte noch einmal hochladen."))
    return found


def _form(content: bytes) -> Form | None:
    if content.startswith(b"%PDF-"):
        return Form.PDF
    if content.startswith(_JPEG_HEAD):
        return Form.JPEG
    return Form.PNG if content.startswith(_PNG_HEAD) else None


def _is_whole(form: Form, content: bytes) -> bool:
    """Programs and phones put something behind the end of a file, so that it need not be the very last."""
    if form is Form.PDF:
        return b"%%EOF" in content[-_PDF_TAIL:]
    return (b"\xff\xd9" if form is Form.JPEG else b"IEND") in content[3:]


def against_size(size: int, most_mb: int) -> Sentence | None:
    """What is wrong with a file of `size` bytes where `most_mb` megabytes may come; None where it may.

    >>> against_size(2 * MEGABYTE, 2) is None
    True
    """
    if size <= most_mb * MEGABYTE:
        return None
    return Sentence(N_("Die Datei ist größer als %(most)s MB. Bitte eine kleinere nehmen."), most=most_mb)


def cleaned_name(name: str, form: Form) -> str:
    """A name that is safe on every system: no folders, no control characters, the ending of what the file is.

    >>> cleaned_name("C:\\\\Scans\\\\Rechnung 7/3.PDF", Form.PDF)
    '3.pdf'
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/")
    last = "".join(letter for letter in plain.rpartition("/")[2] if unicodedata.category(letter)[0] != "C")
    last = re.sub(r'[<>:"|?*;%\s]+', " ", last).strip(" .")
    stem, suffix = (
        PurePosixPath(last).stem if last else "",
        PurePosixPath(last).suffix.lower() if last else "",
    )
    known = (SUFFIXES[form], *_OTHER_SUFFIXES.get(form, ()))
    if suffix not in known:
        stem, suffix = last, SUFFIXES[form]
    return (stem[: LONGEST_NAME - len(suffix)].strip(" .") or "Dokument") + suffix
