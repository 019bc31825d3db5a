"""The audit log: who did what, to which patient's data, when and from where. Append-only and
hash-chained."""

from bedside.audit.actors import Actor
from bedside.audit.event_names import Action
from bedside.audit.recorder import AuditLog

__all__ = ["Action", "Actor", "AuditLog"]
