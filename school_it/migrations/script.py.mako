"""${message}"""

import sqlalchemy as sa
from alembic import op

from school_it.operations.schema import run_texts
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    run_texts(op.get_bind(), revision)


def downgrade() -> None:
    raise NotImplementedError("the way back is the copy made before the upgrade")
