"""Who did what to which patient's what, when and from where: append-only and hash-chained."""

from bedside.audit.actors import Actor
from bedside.audit.event_names import Action
from bedside.audit.recorder import AuditLog

__all__ = ["Action", "Actor", "AuditLog"]
