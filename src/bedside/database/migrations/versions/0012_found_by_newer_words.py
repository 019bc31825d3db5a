"""Files of before are found by the words as they are indexed now, and shared without commands.

Indexing again only adds words. One file in a fifth of a second, so that new files do not wait
behind an archive of many years. PDFs with scripts that an earlier version kept (with ClamAV as the
scanner) get the copy without commands when somebody asks for them.
"""

import json

import sqlalchemy as sa
from alembic import op

from bedside.kernel import clock
from bedside.kernel.ids import new_id

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FIRST, _EACH = clock.MINUTE, clock.SECOND // 5
_AT_ONCE = 500
_FILES = sa.text(
    "SELECT id FROM files WHERE state = 'filed' AND holder_id = '' AND id > :after "
    "ORDER BY id LIMIT :some"
)
_ADD = sa.text(
    "INSERT INTO jobs (id, kind, payload, unique_name, run_at, attempts, locked_until, failed, "
    "last_error) VALUES (:id, 'file.index', :payload, :name, :at, 0, 0, :failed, '')"
)


def upgrade() -> None:
    db = op.get_bind()
    db.execute(
        sa.text(
            "UPDATE files SET sharing = 'waiting' "
            "WHERE note = 'pdf_with_scripts' AND sharing = 'as_it_is' AND state = 'filed'"
        )
    )
    at, after = clock.now() + _FIRST, ""
    while rows := db.execute(_FILES, {"after": after, "some": _AT_ONCE}).all():
        jobs: list[dict[str, object]] = []
        for row in rows:
            payload = json.dumps({"file_id": row.id})
            name = f"index-again:{row.id}"
            jobs.append(
                {"id": new_id("job"), "payload": payload, "name": name, "at": at, "failed": False}
            )
            at += _EACH
        db.execute(_ADD, jobs)
        after = rows[-1].id


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM jobs WHERE unique_name LIKE 'index-again:%'"))
