"""deploy/assets.py as a module; it lies outside the packages, as it runs before anything is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "assets", Path(__file__).resolve().parents[2] / "deploy" / "assets.py"
)
assert _SPEC
assert _SPEC.loader
assets = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(assets)
