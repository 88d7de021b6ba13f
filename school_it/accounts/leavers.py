"""What becomes of the account of somebody who is forgotten: closed, and without the name.

The name of the account stays, as the trail tells by it who did what.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from school_it.accounts.models import SignedInSession, Token, User
from school_it.people import holdings


def close_accounts(session: Session, person_ids: Sequence[int]) -> None:
    theirs = select(User.id).where(User.person_id.in_(person_ids))
    for table in (SignedInSession, Token):
        session.execute(
            delete(table).where(table.user_id.in_(theirs)).execution_options(synchronize_session=False)
        )
    closing = update(User).where(User.person_id.in_(person_ids))
    closing = closing.values(active=False, display_name=User.name, email=None, version=User.version + 1)
    session.execute(closing.execution_options(synchronize_session=False))


holdings.also_forget(close_accounts)
