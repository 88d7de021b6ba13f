"""XML as bytes: where an element stands, its attributes changed in place, texts for insertion.

What is inserted is ASCII, so that it fits whatever encoding the part says it has.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from school_it.workbooks.damage import Damaged

_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*(/?)>")
_ATTRIBUTE = re.compile(rb"\s+([^\s=/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no XML may hold."""


def start_tag(content: bytes, at: int) -> tuple[bytes, bool]:
    """The start tag that begins there, and whether it is the whole element."""
    found = _TAG.match(content, at)
    if not found:
        raise Damaged
    return found[0], bool(found[1])


def end_of(content: bytes, start: int, closing: int, name: str) -> int:
    """Where an element ends that began at `start`; at `closing` its end was told."""
    tag = b"</" + name.encode()
    if content.startswith(tag, closing) and content[closing + len(tag)] in b"> \t\r\n":
        return content.index(b">", closing) + 1
    found, _is_whole = start_tag(content, start)
    return start + len(found)


def with_attributes(tag: bytes, values: Mapping[str, str]) -> bytes:
    """The start tag with these attributes set; the others stay where and as they are."""
    left = {name.encode(): value.encode() for name, value in values.items()}

    def replaced(found: re.Match[bytes]) -> bytes:
        value = left.pop(found[1], None)
        if value is None:
            return found[0]
        return found[0][: found.start(2) - found.start()] + b'"' + value + b'"'

    tag = _ATTRIBUTE.sub(replaced, tag)
    more = b"".join(b' %b="%b"' % pair for pair in left.items())
    end = re.search(rb"\s*/?>$", tag)
    return tag[: end.start()] + more + tag[end.start() :] if end else tag


def attribute(tag: bytes, name: str) -> str:
    """An attribute of a start tag; an empty text where it has none."""
    wanted = name.encode()
    values = (found[2][1:-1] for found in _ATTRIBUTE.finditer(tag) if found[1] == wanted)
    return next(values, b"").decode("ascii", "replace")


def parse(
    content: bytes,
    start: Callable[[str, dict[str, str], int], Any],
    end: Callable[[str, int], Any] = lambda _name, _at: None,
) -> None:
    """Tell every element with its offset: `start(name, attributes, at)`, `end(name, at)`. Raises Damaged."""
    parse_text(content, start, end, None)


def parse_text(
    content: bytes,
    start: Callable[[str, dict[str, str], int], Any],
    end: Callable[[str, int], Any],
    text: Callable[[str], Any] | None,
) -> None:
    """As `parse`, and tell every text. Raises Damaged, also where an attribute is not the number that it should be."""
    parser = expat.ParserCreate()
    if text is not None:
        parser.CharacterDataHandler = text

    def refused(*_what: Any) -> None:
        raise Damaged

    parser.StartDoctypeDeclHandler = refused
    parser.StartElementHandler = lambda name, attributes: start(name, attributes, parser.CurrentByteIndex)
    parser.EndElementHandler = lambda name: end(name, parser.CurrentByteIndex)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, KeyError):
        raise Damaged from None


def local(name: str) -> str:
    return name.rpartition(":")[2]


def prefix_of(name: str) -> str:
    """``x:`` of ``x:row``, nothing of ``row``."""
    return name[: len(name) - len(local(name))]


Edit = tuple[int, int, bytes]  # from, to, what stands there instead


def pieces(content: bytes, edits: list[Edit]) -> list[bytes | memoryview]:
    """The content with its edits, which must not overlap; at one place in the order they came."""
    whole, done = memoryview(content), 0
    parts: list[bytes | memoryview] = []
    for begin, end, text in sorted(edits, key=lambda edit: edit[:2]):
        if begin < done:
            raise Damaged
        parts += [whole[done:begin], text]
        done = end
    return [*parts, whole[done:]]


def plain(content: bytes) -> str:
    """The text inside an element, as a formula or a name has it. Raises Damaged where it is more than text."""
    if b"<" in content:
        raise Damaged
    return html.unescape(content.decode("utf-8", "replace"))


def quoted(text: str) -> bytes:
    """A formula for the inside of an element or an attribute."""
    text = FORBIDDEN.sub("", text)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        text = text.replace(sign, entity)
    return text.encode("ascii", "xmlcharrefreplace")
