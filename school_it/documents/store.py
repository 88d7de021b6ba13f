"""The bytes of the documents: ``HOME/documents``, for the owner only."""

from __future__ import annotations

from school_it.kept_files import KeptFiles

DOCUMENTS = KeptFiles("documents", mode=0o600)
