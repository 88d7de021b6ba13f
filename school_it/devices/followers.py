"""What later rooms do as soon as devices have come or changed: they are not known here, so they say so themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

Follower = Callable[[Session, Sequence[int], Mapping[str, str]], None]
"""Hears inside the writing transaction the ids of new or changed devices, and inventory numbers that changed."""

_FOLLOWERS: list[Follower] = []


def followed_by(follower: Follower) -> None:
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


def tell(session: Session, idents: Sequence[int], renamed: Mapping[str, str] | None = None) -> None:
    """To be called once for all devices of an act, after they are written."""
    if idents:
        for follower in _FOLLOWERS:
            follower(session, idents, renamed or {})
