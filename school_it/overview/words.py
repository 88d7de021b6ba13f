"""Texts of the help and privacy pages: keys, first steps by role, the words of the house, what is kept and why."""

from __future__ import annotations

from dataclasses import dataclass

from school_it.access import Role
from school_it.errors import N_

# As static/js/shortcuts.js knows them.
SHORTCUTS = (
    ("/", N_("in das Suchfeld")),
    ("?", N_("diese Liste der Kürzel")),
    ("n", N_("Neues anlegen, wo es auf der Seite geht")),
    ("e", N_("bearbeiten, was die Seite zeigt")),
    ("j", N_("in einer Liste eine Zeile weiter")),
    ("k", N_("in einer Liste eine Zeile zurück")),
    ("x", N_("die Zeile auswählen")),
    (N_("Strg S"), N_("das Formular speichern")),
)

FIRST_STEPS: dict[Role, tuple[str, ...]] = {
    Role.ADMIN: (
        N_("Unter »Einlesen« die Schulliste des Landes einlesen; danach Räume und Schulzahlen."),
        N_(
            "Unter »Personen« die Verbindung zum Verzeichnis prüfen und einen Probelauf des Abgleichs ansehen."
        ),
        N_("Unter »Konten« für jede Schule jemanden mit der Rolle IT-Koordination anlegen."),
        N_("Die Geräteliste einlesen: Die Vorschau zeigt vorher, was sich ändern würde."),
        N_("Auf dem Server die nächtlichen Läufe und die Sicherung einrichten."),
    ),
    Role.OFFICE: (
        N_("Auf der Startseite ansehen, was Aufmerksamkeit braucht; jede Zahl führt zu ihrer Liste."),
        N_("Listen aus Excel unter »Einlesen« vorlegen; erst nach der Vorschau wird etwas geändert."),
        N_("Unter »Berichte« Bestandsverzeichnis und andere Nachweise ausgeben."),
        N_("Aussonderungen prüfen und genehmigen, die die Schulen vorschlagen."),
    ),
    Role.COORDINATOR: (
        N_("Ein Gerät finden: Inventar- oder Seriennummer oben eintippen oder scannen."),
        N_("Auf der Seite des Geräts ausgeben, zurücknehmen oder als defekt melden."),
        N_("Neue Geräte einzeln, mehrere auf einmal oder mit einer Liste aus Excel aufnehmen."),
        N_("Die Räume der Schule pflegen, damit jedes Gerät seinen Platz hat."),
    ),
    Role.TEACHER: (
        N_("Auf der Startseite stehen die Geräte, die Sie haben, und bis wann."),
        N_("Stimmt etwas nicht? Die IT-Koordination Ihrer Schule kann es ändern."),
    ),
    Role.AUDITOR: (
        N_("Alle Listen lassen sich ansehen und ausgeben; ändern lässt sich mit dieser Rolle nichts."),
        N_(
            "Unter »Wer hat was getan« steht jede Änderung mit Zeitpunkt, Person und Werten davor und danach."
        ),
    ),
}

GLOSSARY = (
    (N_("Inventarnummer"), N_("Die Nummer, unter der ein Gerät überall bekannt ist; sie klebt am Gerät.")),
    (N_("Geräteart"), N_("Tablet, Notebook, Display …; mit üblicher Nutzungsdauer und Fördergegenstand.")),
    (N_("Nutzung"), N_("Wofür ein Gerät da ist: Pool, Lehrkraft, Leihe oder Verwaltung.")),
    (
        N_("Zustand"),
        N_("Wo ein Gerät in seinem Leben steht: bestellt, Lager, in Betrieb, Reparatur, defekt …"),
    ),
    (N_("Entleiher"), N_("Person oder Raum, an die oder den ein Gerät ausgegeben ist.")),
    (N_("Zweckbindung"), N_("Bis zu diesem Tag muss ein gefördertes Gerät dem Zweck der Förderung dienen.")),
    (N_("Aktenzeichen"), N_("Das Zeichen des Zuwendungsbescheids, aus dem ein Gerät bezahlt ist.")),
    (
        N_("Zuwendung"),
        N_("Was eine Behörde für eine Maßnahme bewilligt hat; mit eigenem Kennzeichen und ihren Bescheiden."),
    ),
    (N_("Beleg"), N_("Eine Rechnung, oder der Teil einer Rechnung, der aus einer Zuwendung bezahlt ist.")),
    (
        N_("Fördersatz"),
        N_("Der Anteil der zuwendungsfähigen Ausgaben, den die Behörde trägt; der Rest ist der Eigenanteil."),
    ),
    (N_("Aussonderung"), N_("Das Ende eines Geräts im Bestand, mit Grund, Genehmigung und Beleg.")),
    (N_("Schulträger"), N_("Die Stadt, die Gebäude und Ausstattung ihrer Schulen stellt.")),
    (N_("Schulnummer"), N_("Sechs Ziffern des Landes; die Nummer einer Schule in allen Listen.")),
    (N_("Schulform"), N_("Grundschule, Gymnasium, Gesamtschule …")),
    (N_("Schulzahlen"), N_("Schülerzahl, Klassen und Lehrkräfte am Stichtag eines Schuljahres.")),
    (N_("Kette"), N_("Der Weg von der Netzwerkdose über Patchport und Switchport bis zum VLAN.")),
    (
        N_("Ausstattungsziel"),
        N_("Wie viele Geräte einer Gruppe eine Schule nach dem Medienentwicklungsplan haben soll."),
    ),
    (N_("Verzeichnis"), N_("Der Verzeichnisdienst der Schulen, aus dem Personen und Klassen kommen.")),
    (
        N_("Abgleich"),
        N_("Der Vergleich mit dem Verzeichnis: wer neu ist, wer sich geändert hat, wer gegangen ist."),
    ),
    (N_("Einlesen"), N_("Eine Liste aus Excel oder CSV übernehmen: erst Vorschau, dann Anwenden.")),
    (N_("Vorgang"), N_("Alles, was auf einmal geschehen ist, etwa durch eine eingelesene Datei.")),
    (
        N_("Rücknahme"),
        N_(
            "Ein Vorgang wird im Ganzen rückgängig gemacht; was seitdem geschehen ist, bleibt und wird genannt."
        ),
    ),
    (N_("Verlauf"), N_("Was mit einem Gerät, Raum oder Konto geschah: wann, durch wen, vorher und nachher.")),
    (N_("Zugriffsschlüssel"), N_("Damit holt ein Programm Daten über die Schnittstelle, ohne Kennwort.")),
)


@dataclass(frozen=True)
class Kept:
    """One kind of personal data: what, what for, how long. The times are proposals the town has to confirm."""

    what: str
    fields: str
    purpose: str
    until: str


KEPT = (
    Kept(
        N_("Personen der Schulen"),
        N_(
            "Name, Schule, Klasse oder Tätigkeit, Benutzername, dienstliche E-Mail-Adresse, Kennung im Verzeichnis"
        ),
        N_("Geräte ausgeben und zurücknehmen"),
        N_("bis der Name vergessen wird (vorgesehen: 90 Tage nach dem Abgang, nichts mehr ausgeliehen)"),
    ),
    Kept(
        N_("Leihen"),
        N_("Person, Gerät, Tag der Ausgabe und Rückgabe, Zustand des Geräts"),
        N_("Nachweis, wer welches Gerät hat"),
        N_("Name, bis er vergessen wird (vorgesehen: 6 Monate nach der Rückgabe); Gerät und Tage bleiben"),
    ),
    Kept(
        N_("Konten"),
        N_(
            "Anmeldename, Anzeigename, E-Mail-Adresse, Rollen, letzte Anmeldung; das Kennwort nur als Prüfwert"
        ),
        N_("Anmelden und Rechte"),
        N_("solange das Konto gebraucht wird"),
    ),
    Kept(
        N_("Sitzungen und Fehlversuche"),
        N_("Zeitpunkt und Art des Browsers; Fehlversuche nur als nicht rückrechenbarer Wert"),
        N_("Schutz vor fremdem Zugriff"),
        N_("Sitzungen 7 Tage, Fehlversuche 12 Stunden"),
    ),
    Kept(
        N_("Verlauf"),
        N_("wer wann was geändert hat; Angaben über Personen stehen getrennt"),
        N_("Nachvollziehbarkeit des Bestands"),
        N_("mit dem Bestand; Angaben über Personen werden mit der Person gelöscht"),
    ),
)
NOT_KEPT = (
    N_("Geburtsdatum, Geschlecht, Staatsangehörigkeit, Religion"),
    N_("Privatanschrift und Telefonnummer"),
    N_("Noten, Förderbedarf oder andere Schuldaten"),
    N_("Fotos"),
)
