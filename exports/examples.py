"""What is read in a column and an example of it, for the help sheet of a blank template."""

from __future__ import annotations

from collections.abc import Mapping

from school_it.sheets import Column, Sheet

# By field, or by kind and field where the same name means something else. Invented, and together they go in.
EXAMPLES: Mapping[str, str] = {
    "school_number": "186922", "schools.name": "Grundschule Am Beispielweg", "street": "Beispielweg 3",
    "postcode": "01234", "place": "Beispielstadt", "email": "186922@schule.example", "phone": "0123 456-0",
    "social_index": "4", "use_concept_date": "14.11.2023", "short_name": "GS Beispielweg", "authority_number": "",
    "municipality_key": "", "directory_name": "",
    "room": "1.07", "rooms.name": "Klasse 3b", "building": "Altbau", "floor": "1. OG",
    "school_year": "2025/26", "grade": "03", "key_date": "15.10.2025", "pupils": "112", "classes": "4",
    "teachers": "9", "rooms": "5",
    "asset_tag": "000815", "serial_number": "SN-00471", "manufacturer": "Nordlicht", "model": "Slate 11",
    "acquired_on": "01.03.2024", "commissioned_on": "15.03.2024", "devices.price_net": "419,33",
    "devices.price_gross": "499,00", "supplier": "Beispieltechnik GmbH", "invoice_no": "RE-24-0815",
    "order_no": "A-2024-17", "devices.programme": "", "devices.file_reference": "", "bound_until": "31.12.2028",
    "warranty_until": "28.02.2027", "mac_address": "02:00:5E:10:00:01", "holder": "",
    "record_id": "4711", "given_name": "Mia", "family_name": "Beispiel", "username": "mia.beispiel",
    "people.email": "", "school_class": "07B", "leaves_on": "",
    "licence_no": "L-0042", "product": "Lernapp Beispiel", "vendor": "Beispielverlag", "licences.seats": "120",
    "valid_from": "01.08.2025", "valid_to": "31.07.2027", "cancel_by": "30.04.2027", "price_net": "504,20",
    "price_gross": "600,00",
    "outlet": "1.07-D1", "rack": "EV2", "panel": "PF1", "panel_port": "13", "switch": "", "switch_port": "",
    "vlan": "20", "connected": "Accesspoint", "measured_on": "12.07.2024",
    "network": "10.20.0.0/22", "vlan_name": "Pädagogik", "subnets.purpose": "Pädagogik", "gateway": "10.20.0.1",
    "dhcp": "10.20.2.1-10.20.3.254", "is_separate": "nein",
    "address": "10.20.0.15", "addresses.name": "drucker-sekretariat", "device": "", "addresses.vlan": "",
    "provider": "Beispielnetz", "contract_no": "BN-4711", "down": "1000", "up": "500", "fibre": "ja",
    "is_backup": "nein", "router": "", "notice_on": "31.03.2027", "ends_on": "30.06.2027", "monthly_cost": "149,90",
    "code": "DP_TEST", "programmes.title": "Digitale Schule (Beispiel)", "directive": "Beispielrichtlinie 2023",
    "status": "gültig", "programmes.valid_from": "01.01.2022", "programmes.valid_to": "31.12.2026",
    "financing": "Anteil", "rate": "80 %", "unit_cap": "", "cap_basis": "", "budget": "900.000,00",
    "earliest_start": "", "start_event": "Auftrag", "application_deadline": "", "implementation_end": "31.12.2025",
    "last_drawdown": "", "final_settlement": "", "earmark_years": "4", "earmark_anchor": "Ende Durchführung",
    "earmark_end_rule": "Kalenderjahr", "items": "2.1a, 2.1b, 2.3", "cap_items": "2.3", "cap_share": "25 %",
    "cap_school": "20.000,00", "excluded": "Wartung, Support", "proof_months": "6", "retention_years": "10",
    "source": "Bescheid",
    "reference": "DT-2024-01", "programme": "DP_TEST", "title": "WLAN und Tablets", "file_reference": "48.03-17/24",
    "portal_number": "", "decision_date": "15.02.2024", "authority": "Bezirksregierung Beispielstadt",
    "purpose": "IT-Ausstattung", "early_start_from": "", "period_from": "15.02.2024", "period_to": "30.09.2025",
    "eligible": "50.000,00", "granted": "40.000,00", "third_party": "0,00", "drawn": "12.000,00",
    "proof_due": "31.03.2026", "completed_on": "", "proof_handed_in": "",
    "receipt_no": "1", "grant": "DT-2024-01", "receipts.category": "2.3", "order_date": "01.03.2024",
    "invoice_date": "22.04.2024", "payment_date": "06.05.2024", "payee": "Beispieltechnik GmbH",
    "subject": "20 Tablets mit Hülle", "quantity": "20", "invoice_gross": "9.800,00", "paid_amount": "9.604,00",
    "invoice_total": "", "vat_non_eligible": "0,00", "other_non_eligible": "0,00", "eligible_requested": "9.604,00",
    "eligible_recognised": "", "ledger_ref": "03.01.02/7831",
    "plan": "V", "targets.school_type": "GE, GY", "grade_from": "05", "grade_to": "10", "value": "1,5",
    "reserve": "5 %", "remark": "",
}  # fmt: skip
_USUAL = {
    "euro": "1.299,00", "percent": "80 %", "date": "31.12.2024", "integer": "28", "number": "1,5", "yes_no": "ja",
}  # fmt: skip
_READ = {
    "text": "freier Text",
    "code": "Nummer oder Kürzel; führende Nullen bleiben",
    "codes": "Nummern oder Kürzel, mit Komma dazwischen",
    "euro": "Betrag in Euro mit zwei Nachkommastellen",
    "percent": "Anteil von 0 bis 100 %",
    "date": "Datum; was keines ist, wird nie geraten",
    "integer": "ganze Zahl",
    "number": "Zahl, auch mit Komma",
    "yes_no": "ja oder nein",
}
_LONGEST_LIST = 160


def example_of(sheet: Sheet, column: Column) -> str:
    """German text that the column reads; an empty text where most people leave it blank."""
    found = EXAMPLES.get(f"{sheet.kind}.{column.field}", EXAMPLES.get(column.field))
    if found is not None:
        return found
    words = list(dict.fromkeys(column.type.words.values()))
    return words[0] if words else _USUAL.get(column.type.name, "")


def what_is_read(column: Column) -> str:
    """In one line, what belongs into the column."""
    words = ", ".join(dict.fromkeys(column.type.words.values()))
    if not words:
        return _READ.get(column.type.name, "freier Text")
    start = "eines davon" if column.type.name == "word" else "eines oder mehrere davon, mit Komma dazwischen"
    return f"{start}: {words}" if len(words) <= _LONGEST_LIST else f"{start}: siehe Auswahlliste"
