"""The audit log, and the bound rows that show who changed the database by hand."""

from dataclasses import dataclass

from bedside.audit import AuditLog
from bedside.audit.bindings import Bindings
from bedside.audit.looks import Looks


@dataclass(frozen=True, slots=True)
class AuditServices:
    """`services.audit`."""

    log: AuditLog
    looks: Looks
    bindings: Bindings
