"""A subnet as a strip: where its addresses are given, kept back, or split off. No script, no style attribute."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from flask_babel import gettext as _
from markupsafe import Markup, escape

from school_it.network.addresses import rules
from school_it.network.addresses.queries import Held

HEIGHT = 16
THINNEST = Fraction(2, 5)  # per cent: one address of a wide subnet is still to be seen


def strip(held: Held) -> Markup:
    """Empty for a subnet that is too wide to be drawn (`rules.DRAWN_UP_TO`)."""
    net = held.subnet.net
    if net.num_addresses > rules.DRAWN_UP_TO:
        return Markup()
    single = list(held.fixed)
    if held.subnet.gateway:
        single.append(rules.read_address(held.subnet.gateway))
    layers = (
        ("range", rules.merged(one.span for one in held.ranges)),
        ("part", rules.merged(part.span for part in held.parts)),
        ("fixed", rules.merged(map(rules.span, single))),
    )
    pieces = Markup().join(_pieces(look, spans, net) for look, spans in layers)
    return Markup(
        '<svg class="strip" role="img" aria-label="{}" width="100%" height="{}">'
        '<rect class="strip__free" width="100%" height="{}"></rect>{}</svg>'
    ).format(_spoken(held), HEIGHT, HEIGHT, pieces)


def _pieces(look: str, spans: Iterable[rules.Span], net: rules.Network) -> Markup:
    start, size = int(net[0]), net.num_addresses
    return Markup().join(
        Markup('<rect class="strip__{}" x="{}" width="{}" height="{}"></rect>').format(
            look,
            _percent(Fraction(max(one.first, start) - start, size) * 100),
            _percent(max(Fraction(one.last - one.first + 1, size) * 100, THINNEST)),
            HEIGHT,
        )
        for one in spans
    )


def _percent(share: Fraction) -> str:
    return f"{float(share):.2f}".rstrip("0").rstrip(".") + "%"


def _spoken(held: Held) -> str:
    use = held.use
    return str(_(
        "%(network)s: %(fixed)s vergeben, %(ranges)s in Bereichen, %(parts)s in eigenen Teilnetzen, %(free)s frei",
        network=held.subnet.network, fixed=use.fixed, ranges=use.ranges, parts=use.parts, free=use.free,
    ))  # fmt: skip


def legend() -> Markup:
    entries = (
        ("fixed", _("vergeben, mit Gateway")), ("range", _("DHCP oder reserviert")), ("part", _("eigenes Teilnetz")),
        ("free", _("frei")),
    )  # fmt: skip
    items = (
        Markup(
            '<li><svg class="strip strip--key" width="20" height="14" aria-hidden="true">'
            '<rect class="strip__{}" width="20" height="14"></rect></svg> {}</li>'
        ).format(look, escape(text))
        for look, text in entries
    )
    return Markup('<ul class="rack__legend" role="list">{}</ul>').format(Markup().join(items))
