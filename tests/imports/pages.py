"""The pages of the door in, as a browser without scripts uses them."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient

HEAD = "Inventarnummer;Geräteart;Hersteller;Modell;Seriennummer;Raum;Kaufdatum;Preis brutto\n"


def bring(
    browser: FlaskClient,
    content: str | bytes,
    kind: str = "devices",
    school: str = "115514",
    name: str = "liste.csv",
    to: str = "/imports",
) -> str:
    """Lay a file before the product; returns the address of its page."""
    file = (io.BytesIO(content.encode() if isinstance(content, str) else content), name)
    data = {"file": file, "kind": kind, "school": school}
    answer = browser.post(to, data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, said(answer.get_data(as_text=True))
    return answer.headers["Location"]


def seen(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return said(answer.get_data(as_text=True))


def said(page: str) -> str:
    """The words of a page as a person reads them, in one line."""
    body = page.partition("<main")[2] or page
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def buttons(browser: FlaskClient, address: str) -> dict[str, dict[str, Any]]:
    """The one-click answers of a page: the words on the button -> what it says."""
    page = browser.get(address).get_data(as_text=True)
    found = re.findall(r'<button[^>]*?name="do" value="([^"]*)"[^>]*>(.*?)</button>', page, re.DOTALL)
    return {said(inner): json.loads(unescape(value)) for value, inner in found}


def press(browser: FlaskClient, address: str, words: str, **typed: str) -> None:
    """Press the button with these words, whatever is typed beside."""
    act = buttons(browser, address)[words]
    answer = browser.post(address + "/mend", data={**typed, "do": json.dumps(act)})
    assert answer.status_code == 302, said(answer.get_data(as_text=True))


def fields(browser: FlaskClient, address: str) -> dict[str, str]:
    """The cells that can be filled in: name of the field -> what stands in it."""
    page = browser.get(address).get_data(as_text=True)
    inputs: dict[str, str] = {}
    for tag in re.findall(r'<input[^>]*name="cell-[^>]*>', page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name
        inputs[name[1]] = unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select[^>]*name="(cell-[^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        inputs[name] = unescape(chosen[1]) if chosen else ""
    return inputs
