"""Making very many small objects without Python looking through all of them again and again for cycles."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_was_on = False


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile, in the whole process; around work on rows that ends within seconds.

    Rows of a file are no cycles: each search walks through all of them and finds nothing, which made up half of the
    time of an import.
    """
    global _inside, _was_on
    with _lock:
        if _inside == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _was_on:
                gc.enable()
