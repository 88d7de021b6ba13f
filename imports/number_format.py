"""A number as a German spreadsheet program shows it: ``004711``, ``1.299,00 €``, ``INV-0007``."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

LONGEST_CODE = 255  # as in Excel; what is longer was made to keep somebody busy
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|([0#?])|(.)', re.DOTALL)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')


def shows_a_number(code: str) -> bool:
    """A format with places for digits that is no date, no fraction and no power of ten."""
    if len(code) > LONGEST_CODE:
        return False
    bare = _LITERAL.sub("", code.split(";")[0])
    return bool(re.search("[0#]", bare)) and not re.search(r"[dmyhsDMYHS/@]|[Ee][+-]", bare)


def shown(number: float, code: str) -> str:
    """Raises ValueError or ArithmeticError where the number or the format is beyond what can be shown."""
    tokens = _tokens(code.split(";")[0])
    places = [spot for spot, (_, is_place) in enumerate(tokens) if is_place]
    front, core, behind = tokens[: places[0]], tokens[places[0] : places[-1] + 1], tokens[places[-1] + 1 :]
    amount = Decimal(repr(float(number))) * (100 if "%" in _text(front + behind) else 1)
    digits = _laid_out(abs(amount), core)
    return ("-" if amount < 0 else "") + (_text(front) + digits + _text(behind)).strip()


def _tokens(section: str) -> list[tuple[str, bool]]:
    return [
        (literal or escaped or currency or place or other, bool(place))
        for literal, escaped, currency, place, other in _TOKEN.findall(section)
    ]


def _text(tokens: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in tokens)


def _laid_out(amount: Decimal, core: list[tuple[str, bool]]) -> str:
    whole_part, _, decimal_part = _split_at_point(core)
    rounded = amount.quantize(Decimal(1).scaleb(-len(decimal_part)), rounding=ROUND_HALF_UP)
    whole, _, decimals = format(rounded, "f").partition(".")
    whole = whole.zfill(sum(text == "0" and is_place for text, is_place in whole_part))
    laid = f"{int(whole):,}".replace(",", ".") if (",", False) in whole_part else _filled(whole, whole_part)
    return f"{laid},{decimals}" if decimals else laid


def _split_at_point(
    core: list[tuple[str, bool]],
) -> tuple[list[tuple[str, bool]], str, list[tuple[str, bool]]]:
    point = core.index((".", False)) if (".", False) in core else len(core)
    return core[:point], ".", [token for token in core[point + 1 :] if token[1]]


def _filled(digits: str, places: list[tuple[str, bool]]) -> str:
    """Digits laid into the places from the right; what finds no place stands before the first one."""
    left, laid = list(digits), []
    for text, is_place in reversed(places):
        laid.append((left.pop() if left else "") if is_place else text)
    return "".join(left) + "".join(reversed(laid))
