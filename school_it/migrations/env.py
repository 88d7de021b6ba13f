"""What Alembic runs; the work is in `school_it.operations.schema`."""

from alembic import context

from school_it.operations import schema

schema.migrate(context)
