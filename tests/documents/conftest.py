"""A device with a place for its papers, and small files of every form that is taken."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import catalogue
from school_it.devices.models import Device
from school_it.schools.models import School

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def home(app: Flask) -> Path:
    found: Path = app.config["SCHOOL_IT"].home
    return found


@pytest.fixture
def device(session: Session, house: Actor, school: School) -> Device:
    return add_device(house, school, "IT-1")


def add_device(by: Actor, school: School, tag: str) -> Device:
    with transaction() as session:
        kinds = catalogue.at_hand(session, by=by)
        values = {"asset_tag": tag, "category_id": kinds["Tablet"], "school_id": school.id}
        return device_actions.add_device(session, values, by=by)
