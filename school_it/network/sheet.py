"""The columns of network outlets, for both doors."""

from __future__ import annotations

from school_it.cells import CODE, DATE, TEXT
from school_it.errors import N_
from school_it.sheets import Column, Sheet

OUTLETS = Sheet(
    "outlets",
    N_("Netzwerkdosen"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column("room", "Raum", CODE, True, ("Raumnummer", "Raum-Nr.", "Raumnr.")),
        Column(
            "outlet", "Dose", CODE, True,
            ("Datendose", "Netzwerkdose", "Netzwerkdose Nr.", "Dosennummer", "Dosen-Nr.", "Anschlussdose", "Port Raum"),
        ),
        Column(
            "rack", "Verteiler", CODE,
            other_headers=("Schrank", "Datenschrank", "Netzwerkschrank", "Verteilerschrank", "Etagenverteiler", "Rack"),
        ),
        Column(
            "panel", "Patchfeld", CODE,
            other_headers=("Patchpanel", "Rangierfeld", "Panel", "Patchfeld-Nr.", "Feld"),
        ),
        Column(
            "panel_port", "Patchport", CODE,
            other_headers=("Patchfeld-Port", "Patchfeldport", "Port Patchfeld", "Port am Patchfeld", "Panelport",
                "Verteiler Port", "Feld Port"),
        ),
        Column(
            "switch", "Switch", CODE,
            other_headers=("Switch Inventarnummer", "Inventarnummer Switch", "Switch-Nr.", "Switchname"),
        ),
        Column(
            "switch_port", "Switchport", CODE,
            other_headers=("Port Switch", "Switch-Port", "Port am Switch", "Port des Switch", "Aktiv Port"),
        ),
        Column("vlan", "VLAN", CODE, other_headers=("VLAN-ID", "VLAN Nr.", "VLAN-Nummer")),
        Column("connected", "angeschlossen", TEXT, other_headers=("angeschlossenes Gerät", "Endgerät", "Verwendung")),
        Column(
            "measured_on", "gemessen am", DATE,
            other_headers=("Messdatum", "Messung", "Messprotokoll vom", "gemessen"),
        ),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Anmerkung", "Notiz")),
    ),
    keys=(("school_number", "outlet"),),
)  # fmt: skip
