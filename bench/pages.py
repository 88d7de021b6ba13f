"""P9, P10, P13, P14: what a page costs the server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from sqlalchemy import func, select

from bench import towns
from bench.measuring import Result, compare
from bench.server import Served, Visitor
from school_it import access
from school_it.accounts import actions as account_actions
from school_it.accounts import queries as account_queries
from school_it.database import db, transaction
from school_it.devices.models import Device
from school_it.web import lists

LARGE = 100_000
LIST, FILTERED = "/devices", "/devices?school=199473&state=in_use"
API_LIST = "/api/v1/devices?limit=50"


def p9(_most: int) -> Iterator[Result]:
    """The list against the same HTML, finished, from the same server."""
    with Served(towns.of(LARGE)) as served:
        for name, role in (("koordination", "coordinator"), ("amt", "office")):
            visitor = Visitor(served, name)
            finished = visitor.finish(LIST, f"list-{role}")
            yield compare(
                "P9", f"list, {role} ÷ finished HTML", 6, lambda v=visitor: v.cpu(LIST),
                lambda v=visitor, f=finished: v.cpu(f, 200),
            )  # fmt: skip


def p10(most: int) -> Iterator[Result]:
    """The same pages in a small and in a large town; the last page against the first."""
    with Served(towns.of(1000)) as small:
        for devices in (size for size in (LARGE, 1_000_000) if size <= most):
            with Served(towns.of(devices)) as large:
                yield from _grown(small, large)


def _grown(small: Served, large: Served) -> Iterator[Result]:
    limit = 1.3 if large.town.devices <= LARGE else 1.5
    few, many = Visitor(small, "amt"), Visitor(large, "amt")
    pages = (
        ("list", LIST, LIST),
        ("filtered list", FILTERED, FILTERED),
        ("detail", _detail(small), _detail(large)),
    )
    for what, one, other in pages:
        yield compare(
            "P10", f"{what}, {large.town.devices:,} ÷ {small.town.devices:,}", limit,
            lambda path=other: many.cpu(path), lambda path=one: few.cpu(path),
        )  # fmt: skip
    last = _last_page(large)
    yield compare(
        "P10",
        f"last ÷ first page of {large.town.devices:,}",
        1.5,
        lambda: many.cpu(last),
        lambda: many.cpu(LIST),
    )


def _detail(served: Served) -> str:
    return f"/devices/{quote(_some_device(served)[0])}"


def _some_device(served: Served) -> tuple[str, str]:
    """Inventory and serial number of a device from the middle of the table."""
    with served.town.app().app_context():
        middle = (db.session.scalar(select(func.max(Device.id))) or 0) // 2
        wanted = select(Device.asset_tag, Device.serial_number).where(
            Device.id >= middle, Device.serial_number.is_not(None)
        )
        tag, serial = db.session.execute(wanted.order_by(Device.id).limit(1)).one()
        return tag, serial


def _last_page(served: Served) -> str:
    """The address of the last fifty: the cursor of the device before them."""
    with served.town.app().app_context():
        backwards = select(Device.tag_folded.label("_key"), Device.id.label("_ident")).order_by(
            Device.tag_folded.desc()
        )
        before = db.session.execute(backwards.offset(lists.DEFAULT_SIZE).limit(1)).one()
        return f"/devices?cursor={lists._cursor(before)}"


def p13(_most: int) -> Iterator[Result]:
    """The same fifty devices for a program and for a person."""
    with Served(towns.of(LARGE)) as served:
        page, program = Visitor(served, "amt"), Visitor(served, token=_token(served))
        yield compare(
            "P13", "API list of 50 ÷ list page", None, lambda: program.cpu(API_LIST), lambda: page.cpu(LIST)
        )


def _token(served: Served) -> str:
    with served.town.app().app_context(), transaction() as session:
        user = account_queries.get_user(session, "amt")
        return account_actions.make_token(session, user, scope="read", days=1, by=access.house("bench"))


def p14(_most: int) -> Iterator[Result]:
    """A piece from the middle of a number, typed into the list's own search."""
    with Served(towns.of(LARGE)) as served:
        visitor = Visitor(served, "amt")
        tag, serial = _some_device(served)
        for what, piece in (("inventory", tag[-5:]), ("serial", serial[-5:])):
            path = f"/devices?q={quote(piece)}"
            yield compare(
                "P14", f"search by a piece of the {what} number ÷ list", 3,
                lambda p=path: visitor.cpu(p), lambda: visitor.cpu(LIST),
            )  # fmt: skip
