"""Requests go by message plans: columns for reminders and for who has read, and plans for the
requests that are under way.

The sealed content of a request cannot be read here. Where it went is known by its messages, and when
its reminder leaves by the job that waits for it. A request whose message failed is left to the staff
who see it, so that an upgrade makes no tasks of old ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_NEW = (
    ("message_plans", sa.Column("ways", sa.Text(), server_default="", nullable=False)),
    ("message_plans", sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False)),
    ("message_plans", sa.Column("presses", sa.Text(), server_default="", nullable=False)),
    ("message_plans", sa.Column("read_at", sa.BigInteger(), server_default="0", nullable=False)),
    ("message_plans", sa.Column("read_by", sa.Text(), server_default="", nullable=False)),
    ("plan_steps", sa.Column("occasion", sa.Text(), server_default="invite", nullable=False)),
)

# The parts of statements below are constants of this file, so nothing can be injected.
_OPEN = "r.state NOT IN ('done', 'expired', 'revoked')"
_FIRST = "n.patient_id = r.patient_id AND n.cause_id = r.id || '/invite/' || r.round"
_HAS = f"EXISTS (SELECT 1 FROM notifications n WHERE {_FIRST} AND n.channel = '{{channel}}')"  # noqa: S608
_SMS, _EMAIL = _HAS.format(channel="sms"), _HAS.format(channel="email")
_PUSH = "CASE WHEN r.kind IN ('invitation', 'app_invitation') THEN '' ELSE ',push' END"
_WAYS = (
    f"CASE WHEN {_SMS} AND {_EMAIL} THEN 'sms+email' || {_PUSH} "
    f"WHEN {_EMAIL} THEN 'email' || {_PUSH} || ',sms' "
    f"ELSE 'sms' || {_PUSH} || ',email' END"
)
_WAY = f"CASE WHEN {_SMS} AND {_EMAIL} THEN 'sms+email' WHEN {_EMAIL} THEN 'email' ELSE 'sms' END"
_LAST = "COALESCE((SELECT MAX(n.{column}) FROM notifications n WHERE " + _FIRST + "), 0)"  # noqa: S608

_PLANS = f"""
INSERT INTO message_plans (id, clinic_id, patient_id, item_id, kind, state, round, number, content,
    created_at, ended_at, ended_by, ways, next_at, presses, read_at, read_by)
SELECT 'mpl_' || substr(r.id, 5), r.clinic_id, r.patient_id, r.id,
    CASE WHEN r.kind = 'invitation' THEN 'appointment' ELSE 'normal' END,
    CASE WHEN r.state IN ('opened', 'in_progress') THEN 'read' WHEN r.state = 'locked' THEN 'stopped'
        WHEN r.state = 'failed' THEN 'settled' ELSE 'running' END,
    r.round, 0, {{empty}}, r.created_at,
    CASE WHEN r.state IN ('requested', 'sent', 'delivered', 'uncertain') THEN 0
        ELSE r.changed_at END,
    CASE WHEN r.state IN ('opened', 'in_progress') THEN r.patient_id ELSE '' END,
    {_WAYS},
    COALESCE((SELECT j.run_at FROM jobs j
        WHERE j.unique_name = 'request.remind:' || r.id || ':' || r.round), 0),
    '', r.opened_at, CASE WHEN r.opened_at > 0 THEN r.patient_id ELSE '' END
FROM requests r WHERE {_OPEN}
"""  # noqa: S608

_STEPS = f"""
INSERT INTO plan_steps (id, clinic_id, plan_id, round, number, channel, state, reason, began_at,
    sent_at, delivered_at, changed_at, occasion)
SELECT 'pls_' || substr(r.id, 5), r.clinic_id, 'mpl_' || substr(r.id, 5), r.round, 0, {_WAY},
    CASE WHEN r.state = 'requested' THEN 'sending' WHEN r.state IN ('sent', 'uncertain') THEN 'sent'
        WHEN r.state = 'failed' THEN 'failed' ELSE 'delivered' END,
    '', r.created_at, {_LAST.format(column="sent_at")}, {_LAST.format(column="delivered_at")},
    r.changed_at, 'invite'
FROM requests r WHERE {_OPEN}
"""  # noqa: S608

_CAUSES_OF_REQUESTS = """
UPDATE notifications SET cause_id = cause_id || '/0'
WHERE EXISTS (SELECT 1 FROM requests r WHERE r.patient_id = notifications.patient_id
    AND notifications.cause_id = r.id || '/invite/' || r.round)
"""

_CAUSES_OF_PLANS = """
UPDATE notifications SET cause_id = (SELECT p.item_id FROM message_plans p
    WHERE p.id = substr(notifications.cause_id, 1, 30)) || '/invite' || substr(cause_id, 31)
WHERE cause_id LIKE 'mpl\\_%' ESCAPE '\\' AND EXISTS
    (SELECT 1 FROM message_plans p WHERE p.id = substr(notifications.cause_id, 1, 30))
"""

_READ = """
UPDATE message_plans SET read_at = ended_at, read_by = ended_by WHERE state = 'read'
"""


def upgrade() -> None:
    for table, column in _NEW:
        op.add_column(table, column)
    op.execute(_READ)
    op.execute(sa.text(_CAUSES_OF_PLANS))
    empty = "''::bytea" if op.get_bind().dialect.name == "postgresql" else "X''"
    op.execute(sa.text(_PLANS.replace("{empty}", empty.replace(":", "\\:"))))
    op.execute(sa.text(_STEPS))
    op.execute(sa.text(_CAUSES_OF_REQUESTS))


_CAUSES_AS_BEFORE = """
UPDATE notifications SET cause_id = substr(cause_id, 1, length(cause_id) - 2)
WHERE EXISTS (SELECT 1 FROM requests r WHERE r.patient_id = notifications.patient_id
    AND notifications.cause_id = r.id || '/invite/' || r.round || '/0')
"""


def downgrade() -> None:
    op.execute(sa.text(_CAUSES_AS_BEFORE))
    op.execute(
        "DELETE FROM plan_steps WHERE plan_id IN "
        "(SELECT id FROM message_plans WHERE item_id IN (SELECT id FROM requests))"
    )
    op.execute("DELETE FROM message_plans WHERE item_id IN (SELECT id FROM requests)")
    for table, column in reversed(_NEW):
        op.drop_column(table, column.name)
