"""Every rule of the book in one sentence for the office, with where it comes from."""

from __future__ import annotations

from typing import NamedTuple

from school_it.errors import N_


class Rule(NamedTuple):
    """`weight` is error (refused or to be put right), warn (needs a look or a reason) or info."""

    weight: str
    sentence: str
    source: str


_SHARE = N_("Anteilfinanzierung nach der Richtlinie")
_ANBEST = N_("Nebenbestimmungen für Gemeinden (ANBest-G, ANBest-Gk)")
_DECISION = N_("Richtlinie und Bescheid")
_DERIVED = N_("abgeleitet")

RULES: dict[str, Rule] = {
    "F01": Rule(
        "info",
        N_("Zuwendung ist zuwendungsfähige Ausgaben mal Fördersatz, je Bescheid auf den Cent."),
        _SHARE,
    ),
    "F02": Rule(
        "info",
        N_("Aus dem Budget folgt, wie viel höchstens ausgegeben werden kann: Budget durch Fördersatz."),
        _DERIVED,
    ),
    "F03": Rule("error", N_("Bewilligt ist nicht mehr als das Budget."), _DECISION),
    "F04": Rule(
        "warn",
        N_("Mehrere Bescheide weichen zusammen höchstens einen Cent je Bescheid vom Fördersatz ab."),
        _DERIVED,
    ),
    "F05": Rule(
        "info",
        N_("Die Zweckbindung endet nach Jahren ab ihrem Anker, am Ende des Kalenderjahres."),
        _DECISION,
    ),
    "F06": Rule("info", N_("Oder am Jahrestag, oder am Tag davor: wie der Bescheid zählt."), _DECISION),
    "F07": Rule(
        "error", N_("Ein gebundenes Gerät wird nicht verkauft, verschenkt oder anders genutzt."), _DECISION
    ),
    "F08": Rule(
        "warn",
        N_("Ein Gerät, das länger gebunden ist, als es hält, wird aus eigenem Geld ersetzt."),
        _DERIVED,
    ),
    "F09": Rule(
        "error",
        N_("Gedeckelte Fördergegenstände bleiben im Anteil am Ganzen oder im Betrag je Schule."),
        _DECISION,
    ),
    "F10": Rule(
        "warn", N_("Was das Programm ausschließt, etwa Smartphones, wird nicht abgerechnet."), _DECISION
    ),
    "F11": Rule(
        "warn",
        N_("Ausgeschlossene Kosten wie Wartung zählen nicht, wo sie nicht ausdrücklich erlaubt sind."),
        _DECISION,
    ),
    "F12": Rule("info", N_("Beim Festbetrag wird je Gerät höchstens der Festbetrag gezahlt."), _DECISION),
    "F13": Rule(
        "warn",
        N_("Ein Höchstbetrag je Gerät begrenzt die Ausgaben oder die Zuwendung: Das sagt nur der Bescheid."),
        _DECISION,
    ),
    "F14": Rule(
        "warn",
        N_("Ein Höchstbetrag kann für jedes Gerät gelten oder im Durchschnitt: Das sagt nur der Bescheid."),
        _DECISION,
    ),
    "F15": Rule("error", N_("Der Beginn der Maßnahme liegt im Zeitraum der Förderung."), _DECISION),
    "F16": Rule(
        "error",
        N_("Beauftragt wird nicht vor dem Bescheid oder dem genehmigten vorzeitigen Beginn."),
        _DECISION,
    ),
    "F17": Rule("error", N_("Abgerufen wird bis zum letzten Tag des Programms."), _DECISION),
    "F18": Rule("warn", N_("Abgerufen wird nur, was in zwei Monaten fällig wird, mal Fördersatz."), _ANBEST),
    "F19": Rule("warn", N_("Abgerufen wird nur im Verhältnis zu dem, was gezahlt ist."), _ANBEST),
    "F20": Rule("warn", N_("Ein Fördergegenstand liegt höchstens ein Fünftel über seinem Plan."), _ANBEST),
    "F21": Rule(
        "error",
        N_("Wer weniger ausgibt, bekommt weniger: höchstens Fördersatz mal tatsächliche Ausgaben."),
        _SHARE,
    ),
    "F22": Rule("error", N_("Aus einer Rechnung wird nicht mehr gefördert, als gezahlt wurde."), _DECISION),
    "F23": Rule(
        "error", N_("Höchstens ein gefördertes Gerät je Kopf, wo das Programm es so will."), _DECISION
    ),
    "F24": Rule("error", N_("Eine Qualifizierung je Fachkraft, bis zum Höchstbetrag."), _DECISION),
    "F25": Rule(
        "error", N_("Administration wird nur neben einer Maßnahme des DigitalPakts gefördert."), _DECISION
    ),
    "F26": Rule("warn", N_("Die Geräteverwaltung läuft rechtzeitig."), _DECISION),
    "F27": Rule("error", N_("Für jede Schule liegt das Konzept vor."), _DECISION),
    "F28": Rule("error", N_("Wartung, Betrieb und Support sind bestätigt."), _DECISION),
    "F29": Rule("error", N_("Der Verwendungsnachweis kommt bis zu seinem Tag."), _DECISION),
    "F30": Rule("error", N_("Skonto und Rabatt werden abgezogen: Es zählt, was gezahlt wurde."), _ANBEST),
    "F31": Rule("info", N_("Kleine Schulen bekommen den Sockelbetrag anteilig."), _DECISION),
    "F32": Rule(
        "warn", N_("Ein Abschlag vor dem Nachweis ist begrenzt; kleine Zuwendungen haben keinen."), _DECISION
    ),
    "F33": Rule("error", N_("Ein gebrauchtes Gerät hält so lange, wie es gebunden ist."), _DECISION),
    "F34": Rule(
        "info",
        N_("Belege bleiben bis zum spätesten Tag aus eigener Frist, Programm und Zweckbindung."),
        _DECISION,
    ),
    "F35": Rule("error", N_("Videokonferenzanlagen gibt es einmal je Berufskolleg."), _DECISION),
    "F36": Rule("warn", N_("Unter der Mindestzuwendung wird nicht bewilligt."), _DECISION),
}
