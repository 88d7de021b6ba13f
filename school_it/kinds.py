"""The kinds of file that come in and go out: for each its sheet, the right it needs, and who takes its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from school_it.access import Actor, May
from school_it.devices.intake import DeviceIntake
from school_it.errors import N_, BadValue, NotAllowed
from school_it.funding.intake.grants import GrantIntake
from school_it.funding.intake.programmes import ProgrammeIntake
from school_it.funding.intake.receipts import ReceiptIntake
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS
from school_it.ledger.intake import LedgerIntake, LifeIntake
from school_it.ledger.sheet import ASSET_LEDGER, USEFUL_LIVES
from school_it.licences.intake import LicenceIntake
from school_it.licences.sheet import LICENCES
from school_it.network.addresses.intake import AddressIntake
from school_it.network.addresses.sheet import ADDRESSES, SUBNETS
from school_it.network.addresses.subnet_intake import SubnetIntake
from school_it.network.intake import OutletIntake
from school_it.network.sheet import OUTLETS
from school_it.network.uplinks.intake import UplinkIntake
from school_it.network.uplinks.sheet import UPLINKS
from school_it.people import intake as people_intake
from school_it.people.class_moves import Move
from school_it.people.intake import PeopleIntake
from school_it.people.sheet import PEOPLE
from school_it.plan.intake import TargetIntake
from school_it.plan.sheet import TARGETS
from school_it.plan.survey import rules as survey_rules
from school_it.plan.survey.intake import SurveyIntake
from school_it.plan.survey.sheet import SURVEY
from school_it.schools.intake import FiguresIntake, RoomIntake, SchoolIntake
from school_it.schools.sheet import FIGURES, ROOMS, SCHOOLS
from school_it.setwise import Intake
from school_it.sheets import Sheet


@dataclass(frozen=True)
class Kind:
    """`sheet` asks the database, because a town adds to the words of a column (its own categories of devices).

    It is called with the session and ``new_categories=``, the words that a person wants to become categories.
    """

    name: str
    title: str
    may: May
    intake: Intake
    sheet: Callable[..., Sheet]
    classes: Callable[..., list[Move]] | None = None
    """How the classes go on by such a file: called with what is known, the new, the changed and the same rows."""

    usual: Callable[[Collection[str]], Mapping[str, Any]] = lambda _fields: {}
    """What such a file means where it does not say it, by the fields that its columns are."""

    stated: Callable[[Sequence[str]], Mapping[str, Any]] = lambda _texts: {}
    """What the texts around its table say of every row that leaves it blank: the code of a survey workbook."""

    has_template: bool = True
    """There is a blank template for it; not where each file is made for its school."""

    def must_be_brought_by(self, actor: Actor) -> None:
        """Raises NotAllowed where this actor may bring no such file."""
        if not actor.may(self.may):
            raise NotAllowed(N_("Diese Art von Datei dürfen Sie nicht einlesen."))


def _fixed(sheet: Sheet, intake: Intake, may: May = May.IMPORT_ALL) -> Kind:
    return Kind(sheet.kind, sheet.title, may, intake, lambda _session, **_words: sheet)


DEVICES = DeviceIntake()
KINDS = {
    kind.name: kind
    for kind in (
        Kind("devices", N_("Geräte"), May.IMPORT_DEVICES, DEVICES, DEVICES.sheet),
        _fixed(SCHOOLS, SchoolIntake()),
        _fixed(ROOMS, RoomIntake(), May.EDIT_ROOMS),
        _fixed(FIGURES, FiguresIntake()),
        replace(_fixed(PEOPLE, PeopleIntake()), classes=people_intake.classes, usual=people_intake.usual),
        _fixed(LICENCES, LicenceIntake(), May.EDIT_LICENCES),
        _fixed(OUTLETS, OutletIntake(), May.EDIT_NETWORK),
        _fixed(SUBNETS, SubnetIntake(), May.EDIT_NETWORK),
        _fixed(ADDRESSES, AddressIntake(), May.EDIT_NETWORK),
        _fixed(UPLINKS, UplinkIntake(), May.EDIT_NETWORK),
        _fixed(TARGETS, TargetIntake()),
        replace(_fixed(SURVEY, SurveyIntake()), stated=survey_rules.code_in, has_template=False),
        _fixed(PROGRAMMES, ProgrammeIntake()),
        _fixed(GRANTS, GrantIntake()),
        _fixed(RECEIPTS, ReceiptIntake()),
        replace(_fixed(ASSET_LEDGER, LedgerIntake()), has_template=False),
        replace(_fixed(USEFUL_LIVES, LifeIntake()), has_template=False),
    )
}


def get_kind(name: str) -> Kind:
    """Raises BadValue for a kind that there is not."""
    kind = KINDS.get(name)
    if kind is None:
        raise BadValue(
            N_("»%(kind)s« kann nicht eingelesen werden. Möglich sind: %(kinds)s."),
            kind=name,
            kinds=", ".join(KINDS),
        )
    return kind
