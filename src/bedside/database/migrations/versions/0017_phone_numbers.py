"""Phone numbers in their stored form: jobs read those that are there, by each clinic's country."""

import json

import sqlalchemy as sa
from alembic import op

from bedside.kernel import clock
from bedside.kernel.ids import new_id

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_JOBS = ("patient.read_phones", "staff.read_phones")


def upgrade() -> None:
    connection = op.get_bind()
    for clinic in connection.execute(sa.text("SELECT id FROM clinics")).all():
        for kind in _JOBS:
            connection.execute(
                sa.text(
                    "INSERT INTO jobs (id, kind, payload, unique_name, run_at, attempts,"
                    " locked_until, failed, last_error)"
                    " VALUES (:id, :kind, :payload, :unique, :now, 0, 0, :failed, '')"
                ),
                {
                    "id": new_id("job"),
                    "kind": kind,
                    "payload": json.dumps({"clinic_id": clinic.id}),
                    "unique": f"{kind}:{clinic.id}",
                    "now": clock.now(),
                    "failed": False,
                },
            )


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE kind IN ('patient.read_phones', 'staff.read_phones')")
