"""What do we own, use, waste, and pay next year?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from school_it import charts, money
from school_it.access import May, current, needs
from school_it.charts import Bar, Stack
from school_it.database import db, today
from school_it.licences import queries, usage
from school_it.licences.costs import Shared
from school_it.licences.usage import SchoolUse, Use
from school_it.licences.views.blueprint import bp
from school_it.web import page

DRAWN = 15
NAMED = 5


@bp.get("/overview")
@needs(May.SEE_LICENCES)
def overview() -> Any:
    actor, session = current(), db.session()
    shared = Shared.EQUALLY if request.args.get("shared") == Shared.EQUALLY else Shared.PUPILS
    products = usage.by_product(session, seen_by=actor)
    schools = usage.by_school(session, seen_by=actor, shared=shared)
    total = usage.total(products)
    ungiven = [one.product for one in products if one.owned and not one.used]
    return page(
        "licences/overview.html",
        products=products,
        schools=schools,
        total=total,
        year=today().year,
        shared=shared,
        shared_in=total.for_all and not actor.scope(May.SEE_LICENCES).everywhere,
        ungiven=ungiven[:NAMED] + ["…"] * (len(ungiven) > NAMED),
        charts=_pictures(products, schools),
        has_any=queries.has_any(session, seen_by=actor),
    )


def _pictures(products: Sequence[Use], schools: Sequence[SchoolUse]) -> list[Markup]:
    year = today().year + 1
    seated = sorted((one for one in products if one.used is not None), key=lambda one: -one.owned)[:DRAWN]
    drawn = []
    if seated:
        rows = [
            Stack(one.product, [(one.used or 0) - one.over, one.over, one.free], _list(one)) for one in seated
        ]
        series = [_("genutzt"), _("mehr als gekauft"), _("ungenutzt")]
        drawn.append(charts.stacked(_("Plätze je Produkt"), series, rows, column=_("Produkt")))
    paid = [Bar(one.school.label, one.next_year, url=_at(one)) for one in schools if one.next_year]
    if paid:
        title = _("Kosten %(year)s je Schule", year=year)
        drawn.append(
            charts.bars(title, paid, column=_("Schule"), value_name=_("Kosten"), shown=_euro)
        )  # fmt: skip
    return drawn


def _euro(amount: int | Decimal) -> str:
    return money.shown(Decimal(amount))


def _list(one: Use) -> str:
    return url_for(".index", product=one.product, state="running")


def _at(one: SchoolUse) -> str:
    return url_for(".index", school=one.school.school_number)
