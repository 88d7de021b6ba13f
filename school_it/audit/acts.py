"""What can happen, and what people call it."""

from __future__ import annotations

import enum

from school_it.errors import N_


class Action(enum.StrEnum):
    """The verbs of the house, ``room.what``; `SAID` has the sentence for each."""

    SCHOOL_ADDED = "school.added"
    SCHOOL_CHANGED = "school.changed"
    FIGURES_RECORDED = "figures.recorded"
    BUILDING_ADDED = "building.added"
    ROOM_ADDED = "room.added"
    ROOM_CHANGED = "room.changed"
    ROOM_REMOVED = "room.removed"
    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_LEFT = "person.left"
    PERSON_LINKED = "person.linked"
    PERSON_RETURNED = "person.returned"
    PERSON_FORGOTTEN = "person.forgotten"
    DIRECTORY_SYNCED = "directory.synced"
    YEAR_CHANGE_OPENED = "directory.year_change_opened"
    YEAR_CHANGE_CLOSED = "directory.year_change_closed"
    ACCOUNT_ADDED = "account.added"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_CLOSED = "account.closed"
    PASSWORD_SET = "account.password_set"
    ROLE_GRANTED = "account.role_granted"
    ROLE_ENDED = "account.role_ended"
    TOKEN_MADE = "token.made"
    TOKEN_ENDED = "token.ended"
    CALENDAR_OPENED = "calendar.opened"
    CALENDAR_CLOSED = "calendar.closed"
    DOCUMENT_ATTACHED = "document.attached"
    DOCUMENT_DETACHED = "document.detached"
    SUPPLIER_ADDED = "supplier.added"
    SUPPLIER_CHANGED = "supplier.changed"
    ORDER_ADDED = "order.added"
    ORDER_CHANGED = "order.changed"
    ORDER_REMOVED = "order.removed"
    DELIVERY_RECEIVED = "delivery.received"
    DELIVERY_REMOVED = "delivery.removed"
    INVOICE_ADDED = "invoice.added"
    INVOICE_CHANGED = "invoice.changed"
    INVOICE_REMOVED = "invoice.removed"
    INVOICE_SPLIT = "invoice.split"
    PRICES_SET = "invoice.prices_set"
    PROGRAMME_ADDED = "programme.added"
    PROGRAMME_CHANGED = "programme.changed"
    GRANT_ADDED = "grant.added"
    GRANT_CHANGED = "grant.changed"
    DECISION_ADDED = "decision.added"
    DECISION_CHANGED = "decision.changed"
    COST_PLAN_ADDED = "cost_plan.added"
    COST_PLAN_CHANGED = "cost_plan.changed"
    MEASURE_ADDED = "measure.added"
    MEASURE_CHANGED = "measure.changed"
    CHANGE_REQUESTED = "change_request.added"
    CHANGE_REQUEST_CHANGED = "change_request.changed"
    CHANGE_REQUEST_ANSWERED = "change_request.answered"
    DRAWDOWN_ADDED = "drawdown.added"
    DRAWDOWN_CHANGED = "drawdown.changed"
    DRAWDOWN_PAID = "drawdown.paid"
    RECEIPT_ADDED = "receipt.added"
    WARNING_ACCEPTED = "warning.accepted"
    RECEIPT_CHANGED = "receipt.changed"
    CATEGORY_ADDED = "category.added"
    CATEGORY_CHANGED = "category.changed"
    MODEL_ADDED = "model.added"
    MODEL_CHANGED = "model.changed"
    DEVICE_ADDED = "device.added"
    DEVICE_CHANGED = "device.changed"
    DEVICE_MOVED = "device.moved"
    DEVICE_HANDED_OUT = "device.handed_out"
    DEVICE_TAKEN_BACK = "device.taken_back"
    DISPOSAL_APPROVED = "device.disposal_approved"
    DEVICE_DISPOSED = "device.disposed"
    DEVICE_RECORDED = "device.recorded"
    DEVICE_REPLACED = "device.replaced"
    LICENCE_ADDED = "licence.added"
    LICENCE_CHANGED = "licence.changed"
    LICENCE_RENEWED = "licence.renewed"
    SEATS_RULED = "seat_rule.added"
    SEATS_RULE_ENDED = "seat_rule.ended"
    SEAT_GIVEN = "seat.added"
    SEAT_RELEASED = "seat.released"
    LICENCE_KEY_KEPT = "licence_key.kept"
    LICENCE_KEY_SHOWN = "licence_key.shown"
    LICENCE_KEY_REMOVED = "licence_key.removed"
    OUTLET_ADDED = "outlet.added"
    OUTLET_CHANGED = "outlet.changed"
    RACK_ADDED = "rack.added"
    RACK_CHANGED = "rack.changed"
    RACK_REMOVED = "rack.removed"
    PANEL_ADDED = "panel.added"
    PANEL_CHANGED = "panel.changed"
    PANEL_REMOVED = "panel.removed"
    DEVICE_MOUNTED = "device.mounted"
    DEVICE_UNMOUNTED = "device.unmounted"
    CABLE_PLUGGED = "cable.plugged"
    CABLE_PULLED = "cable.pulled"
    MODEL_TYPED = "model.typed"
    OUTLET_RULE_ADDED = "outlet_rule.added"
    OUTLET_RULE_REMOVED = "outlet_rule.removed"
    VLAN_ADDED = "vlan.added"
    VLAN_CHANGED = "vlan.changed"
    VLAN_REMOVED = "vlan.removed"
    SUBNET_ADDED = "subnet.added"
    SUBNET_CHANGED = "subnet.changed"
    SUBNET_REMOVED = "subnet.removed"
    ADDRESS_RANGE_ADDED = "address_range.added"
    ADDRESS_RANGE_REMOVED = "address_range.removed"
    ADDRESS_GIVEN = "address.given"
    ADDRESS_CHANGED = "address.changed"
    ADDRESS_FREED = "address.freed"
    UPLINK_ADDED = "uplink.added"
    UPLINK_CHANGED = "uplink.changed"
    UPLINK_REMOVED = "uplink.removed"
    LEDGER_LINE_ADDED = "ledger.line_added"
    LEDGER_LINE_CHANGED = "ledger.line_changed"
    LEDGER_MATCHED = "ledger.matched"
    LEDGER_UNMATCHED = "ledger.unmatched"
    DEVICE_TYPE_ADDED = "device_type.added"
    DEVICE_TYPE_CHANGED = "device_type.changed"
    TARGET_ADDED = "target.added"
    TARGET_CHANGED = "target.changed"
    PLAN_ADDED = "plan.added"
    PLAN_CHANGED = "plan.changed"
    COUNTING_LAID_DOWN = "plan.counting"
    SCENARIO_ADDED = "scenario.added"
    SCENARIO_CHANGED = "scenario.changed"
    SCENARIO_REMOVED = "scenario.removed"
    PLAN_DECIDED = "plan.decided"
    REPORT_TEXT_WRITTEN = "plan_text.written"
    OPEN_DATA_PUBLISHED = "open_data.published"
    OPEN_DATA_WITHDRAWN = "open_data.withdrawn"
    SURVEY_OPENED = "survey.added"
    SURVEY_CHANGED = "survey.changed"
    SURVEY_CODE_ADDED = "survey_code.added"
    SURVEY_WISH_ADDED = "survey_wish.added"
    SURVEY_ANSWERED = "survey_wish.answered"
    SURVEY_DECIDED = "survey_wish.decided"
    TALK_ADDED = "talk.added"
    TALK_CHANGED = "talk.changed"
    AGREEMENT_ADDED = "agreement.added"
    AGREEMENT_CHANGED = "agreement.changed"
    FILE_IMPORTED = "import.applied"
    PROFILE_KEPT = "import.profile_kept"
    PROFILE_REMOVED = "import.profile_removed"
    REPORT_EXPORTED = "export.made"
    EVIDENCE_KEPT = "evidence.added"
    TEMPLATE_KEPT = "export.template_kept"
    TEMPLATE_PLACED = "export.template_placed"
    BACKUP_MADE = "backup.made"
    BATCH_TAKEN_BACK = "undo.applied"
    ROW_PUT_BACK = "undo.put_back"
    ROW_REMOVED = "undo.removed"


SAID = {
    Action.SCHOOL_ADDED: N_("Schule angelegt"),
    Action.SCHOOL_CHANGED: N_("Schule geändert"),
    Action.FIGURES_RECORDED: N_("Schulzahlen eingetragen"),
    Action.BUILDING_ADDED: N_("Gebäude angelegt"),
    Action.ROOM_ADDED: N_("Raum angelegt"),
    Action.ROOM_CHANGED: N_("Raum geändert"),
    Action.ROOM_REMOVED: N_("Raum entfernt"),
    Action.PERSON_ADDED: N_("Person aufgenommen"),
    Action.PERSON_CHANGED: N_("Person geändert"),
    Action.PERSON_LEFT: N_("als abgegangen vermerkt"),
    Action.PERSON_LINKED: N_("mit dem Verzeichnis verknüpft"),
    Action.PERSON_RETURNED: N_("ist wieder da"),
    Action.PERSON_FORGOTTEN: N_("Name vergessen"),
    Action.DIRECTORY_SYNCED: N_("mit dem Verzeichnis abgeglichen"),
    Action.YEAR_CHANGE_OPENED: N_("Schuljahreswechsel geöffnet"),
    Action.YEAR_CHANGE_CLOSED: N_("Schuljahreswechsel geschlossen"),
    Action.ACCOUNT_ADDED: N_("Konto angelegt"),
    Action.ACCOUNT_CHANGED: N_("Konto geändert"),
    Action.ACCOUNT_CLOSED: N_("Konto geschlossen"),
    Action.PASSWORD_SET: N_("Kennwort gesetzt"),
    Action.ROLE_GRANTED: N_("Rolle gegeben"),
    Action.ROLE_ENDED: N_("Rolle beendet"),
    Action.TOKEN_MADE: N_("Zugriffsschlüssel ausgestellt"),
    Action.TOKEN_ENDED: N_("Zugriffsschlüssel beendet"),
    Action.CALENDAR_OPENED: N_("Kalenderadresse erzeugt"),
    Action.CALENDAR_CLOSED: N_("Kalenderadresse zurückgezogen"),
    Action.DOCUMENT_ATTACHED: N_("Unterlage abgelegt"),
    Action.DOCUMENT_DETACHED: N_("Unterlage entfernt"),
    Action.SUPPLIER_ADDED: N_("Lieferant aufgenommen"),
    Action.SUPPLIER_CHANGED: N_("Lieferant geändert"),
    Action.ORDER_ADDED: N_("Auftrag eingetragen"),
    Action.ORDER_CHANGED: N_("Auftrag geändert"),
    Action.ORDER_REMOVED: N_("Auftrag entfernt"),
    Action.DELIVERY_RECEIVED: N_("Lieferung angenommen"),
    Action.DELIVERY_REMOVED: N_("Lieferung zurückgenommen"),
    Action.INVOICE_ADDED: N_("Rechnung eingetragen"),
    Action.INVOICE_CHANGED: N_("Rechnung geändert"),
    Action.INVOICE_REMOVED: N_("Rechnung entfernt"),
    Action.INVOICE_SPLIT: N_("Rechnung auf Zuwendungen aufgeteilt"),
    Action.PRICES_SET: N_("Preise der Geräte aus der Rechnung übernommen"),
    Action.PROGRAMME_ADDED: N_("Förderprogramm angelegt"),
    Action.PROGRAMME_CHANGED: N_("Förderprogramm geändert"),
    Action.GRANT_ADDED: N_("Zuwendung angelegt"),
    Action.GRANT_CHANGED: N_("Zuwendung geändert"),
    Action.DECISION_ADDED: N_("Bescheid eingetragen"),
    Action.DECISION_CHANGED: N_("Bescheid geändert"),
    Action.COST_PLAN_ADDED: N_("Ausgabenplan eingetragen"),
    Action.COST_PLAN_CHANGED: N_("Ausgabenplan geändert"),
    Action.MEASURE_ADDED: N_("Maßnahme eingetragen"),
    Action.MEASURE_CHANGED: N_("Maßnahme geändert"),
    Action.CHANGE_REQUESTED: N_("Änderung beantragt"),
    Action.CHANGE_REQUEST_CHANGED: N_("Änderungsantrag geändert"),
    Action.CHANGE_REQUEST_ANSWERED: N_("Änderungsantrag beantwortet"),
    Action.DRAWDOWN_ADDED: N_("Mittelabruf angefordert"),
    Action.DRAWDOWN_CHANGED: N_("Mittelabruf geändert"),
    Action.DRAWDOWN_PAID: N_("Mittelabruf ausgezahlt"),
    Action.RECEIPT_ADDED: N_("Beleg eingetragen"),
    Action.WARNING_ACCEPTED: N_("Warnung mit Begründung angenommen"),
    Action.RECEIPT_CHANGED: N_("Beleg geändert"),
    Action.CATEGORY_ADDED: N_("Geräteart angelegt"),
    Action.CATEGORY_CHANGED: N_("Geräteart geändert"),
    Action.MODEL_ADDED: N_("Modell angelegt"),
    Action.MODEL_CHANGED: N_("Modell geändert"),
    Action.DEVICE_ADDED: N_("Gerät aufgenommen"),
    Action.DEVICE_CHANGED: N_("Gerät geändert"),
    Action.DEVICE_MOVED: N_("Zustand geändert"),
    Action.DEVICE_HANDED_OUT: N_("ausgegeben"),
    Action.DEVICE_TAKEN_BACK: N_("zurückgenommen"),
    Action.DISPOSAL_APPROVED: N_("Aussonderung genehmigt"),
    Action.DEVICE_DISPOSED: N_("ausgesondert"),
    Action.DEVICE_RECORDED: N_("Vorgang festgehalten"),
    Action.DEVICE_REPLACED: N_("ersetzt ein anderes Gerät"),
    Action.LICENCE_ADDED: N_("Lizenz eingetragen"),
    Action.LICENCE_CHANGED: N_("Lizenz geändert"),
    Action.LICENCE_RENEWED: N_("Lizenz verlängert"),
    Action.SEATS_RULED: N_("Plätze an eine Gruppe vergeben"),
    Action.SEATS_RULE_ENDED: N_("Plätze einer Gruppe beendet"),
    Action.SEAT_GIVEN: N_("Platz vergeben"),
    Action.SEAT_RELEASED: N_("Platz freigegeben"),
    Action.LICENCE_KEY_KEPT: N_("Lizenzschlüssel hinterlegt"),
    Action.LICENCE_KEY_SHOWN: N_("Lizenzschlüssel angesehen"),
    Action.LICENCE_KEY_REMOVED: N_("Lizenzschlüssel entfernt"),
    Action.OUTLET_ADDED: N_("Netzwerkdose eingetragen"),
    Action.OUTLET_CHANGED: N_("Netzwerkdose geändert"),
    Action.RACK_ADDED: N_("Verteiler eingetragen"),
    Action.RACK_CHANGED: N_("Verteiler geändert"),
    Action.RACK_REMOVED: N_("Verteiler entfernt"),
    Action.PANEL_ADDED: N_("Patchfeld eingetragen"),
    Action.PANEL_CHANGED: N_("Patchfeld geändert"),
    Action.PANEL_REMOVED: N_("Patchfeld entfernt"),
    Action.DEVICE_MOUNTED: N_("im Verteiler eingebaut"),
    Action.DEVICE_UNMOUNTED: N_("aus dem Verteiler ausgebaut"),
    Action.CABLE_PLUGGED: N_("Kabel gesteckt"),
    Action.CABLE_PULLED: N_("Kabel gezogen"),
    Action.MODEL_TYPED: N_("Gerätetyp eines Modells bestimmt"),
    Action.OUTLET_RULE_ADDED: N_("Regel für Dosennamen gemerkt"),
    Action.OUTLET_RULE_REMOVED: N_("Regel für Dosennamen gelöscht"),
    Action.VLAN_ADDED: N_("VLAN eingetragen"),
    Action.VLAN_CHANGED: N_("VLAN geändert"),
    Action.VLAN_REMOVED: N_("VLAN gelöscht"),
    Action.SUBNET_ADDED: N_("Teilnetz eingetragen"),
    Action.SUBNET_CHANGED: N_("Teilnetz geändert"),
    Action.SUBNET_REMOVED: N_("Teilnetz gelöscht"),
    Action.ADDRESS_RANGE_ADDED: N_("Adressbereich eingetragen"),
    Action.ADDRESS_RANGE_REMOVED: N_("Adressbereich gelöscht"),
    Action.ADDRESS_GIVEN: N_("Adresse vergeben"),
    Action.ADDRESS_CHANGED: N_("Adresse geändert"),
    Action.ADDRESS_FREED: N_("Adresse freigegeben"),
    Action.UPLINK_ADDED: N_("Internetanschluss eingetragen"),
    Action.UPLINK_CHANGED: N_("Internetanschluss geändert"),
    Action.UPLINK_REMOVED: N_("Internetanschluss gelöscht"),
    Action.LEDGER_LINE_ADDED: N_("Anlage aufgenommen"),
    Action.LEDGER_LINE_CHANGED: N_("Anlage geändert"),
    Action.LEDGER_MATCHED: N_("Geräte einer Anlage zugeordnet"),
    Action.LEDGER_UNMATCHED: N_("Zuordnung zu einer Anlage gelöst"),
    Action.DEVICE_TYPE_ADDED: N_("Gerätetyp aufgenommen"),
    Action.DEVICE_TYPE_CHANGED: N_("Gerätetyp geändert"),
    Action.TARGET_ADDED: N_("Ausstattungsziel eingetragen"),
    Action.TARGET_CHANGED: N_("Ausstattungsziel geändert"),
    Action.PLAN_ADDED: N_("Fassung des Medienentwicklungsplans angelegt"),
    Action.PLAN_CHANGED: N_("Annahmen des Medienentwicklungsplans geändert"),
    Action.COUNTING_LAID_DOWN: N_("festgelegt, welche Gerätearten zählen"),
    Action.SCENARIO_ADDED: N_("Szenario angelegt"),
    Action.SCENARIO_CHANGED: N_("Szenario geändert"),
    Action.SCENARIO_REMOVED: N_("Szenario gelöscht"),
    Action.PLAN_DECIDED: N_("Beschluss festgehalten"),
    Action.REPORT_TEXT_WRITTEN: N_("Text des Jahresberichts geschrieben"),
    Action.OPEN_DATA_PUBLISHED: N_("offene Daten veröffentlicht"),
    Action.OPEN_DATA_WITHDRAWN: N_("offene Daten zurückgezogen"),
    Action.SURVEY_OPENED: N_("Bedarfsabfrage eröffnet"),
    Action.SURVEY_CHANGED: N_("Bedarfsabfrage geändert"),
    Action.SURVEY_CODE_ADDED: N_("Code der Bedarfsabfrage vergeben"),
    Action.SURVEY_WISH_ADDED: N_("Zeile der Bedarfsabfrage angelegt"),
    Action.SURVEY_ANSWERED: N_("Bedarfsabfrage beantwortet"),
    Action.SURVEY_DECIDED: N_("über einen Wunsch entschieden"),
    Action.TALK_ADDED: N_("Jahresgespräch festgehalten"),
    Action.TALK_CHANGED: N_("Niederschrift des Jahresgesprächs geändert"),
    Action.AGREEMENT_ADDED: N_("Vereinbarung festgehalten"),
    Action.AGREEMENT_CHANGED: N_("Vereinbarung geändert"),
    Action.FILE_IMPORTED: N_("Datei eingelesen"),
    Action.PROFILE_KEPT: N_("Profil für Dateien gemerkt"),
    Action.PROFILE_REMOVED: N_("Profil für Dateien gelöscht"),
    Action.REPORT_EXPORTED: N_("Bericht ausgegeben"),
    Action.EVIDENCE_KEPT: N_("Bericht eingereicht und festgehalten"),
    Action.TEMPLATE_KEPT: N_("Formular als Vorlage abgelegt"),
    Action.TEMPLATE_PLACED: N_("Felder eines Formulars zugeordnet"),
    Action.BACKUP_MADE: N_("Sicherung erstellt"),
    Action.BATCH_TAKEN_BACK: N_("Vorgang zurückgenommen"),
    Action.ROW_PUT_BACK: N_("auf den Stand davor gesetzt"),
    Action.ROW_REMOVED: N_("wieder entfernt"),
}
