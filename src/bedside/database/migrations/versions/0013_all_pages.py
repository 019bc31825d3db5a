"""TIFFs and DICOM files of before are looked at again: all pages are read, and a PDF in DICOM is
shown.

One in half a minute, so that new files do not wait behind an archive of faxes.
"""

import json

import sqlalchemy as sa
from alembic import op

from bedside.kernel import clock
from bedside.kernel.ids import new_id

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FIRST, _EACH = 10 * clock.MINUTE, 30 * clock.SECOND
_AT_ONCE = 500
_FILES = sa.text(
    "SELECT id FROM files WHERE media_type IN ('image/tiff', 'application/dicom') "
    "AND state = 'filed' AND holder_id = '' AND id > :after ORDER BY id LIMIT :some"
)
_ADD = sa.text(
    "INSERT INTO jobs (id, kind, payload, unique_name, run_at, attempts, locked_until, failed, "
    "last_error) VALUES (:id, 'file.derive', :payload, :name, :at, 0, 0, :failed, '')"
)


def upgrade() -> None:
    db = op.get_bind()
    at, after = clock.now() + _FIRST, ""
    while rows := db.execute(_FILES, {"after": after, "some": _AT_ONCE}).all():
        jobs: list[dict[str, object]] = []
        for row in rows:
            payload = json.dumps({"file_id": row.id})
            name = f"derive-again:{row.id}"
            jobs.append(
                {"id": new_id("job"), "payload": payload, "name": name, "at": at, "failed": False}
            )
            at += _EACH
        db.execute(_ADD, jobs)
        after = rows[-1].id


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM jobs WHERE unique_name LIKE 'derive-again:%'"))
