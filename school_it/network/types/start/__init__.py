"""A few types that every town has, to begin with: nobody's model, only its ports."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
