"""The rules of the media development plan, on plain values: targets, what they come to, the wave, the money."""

from school_it.plan.rules.targets import (
    BASES,
    STANDINGS,
    Basis,
    Standing,
    grade_rank,
    in_order,
    sentences,
    standing,
    what_is_wrong,
)

__all__ = [
    "BASES", "STANDINGS", "Basis", "Standing", "grade_rank", "in_order", "sentences", "standing", "what_is_wrong",
]  # fmt: skip
