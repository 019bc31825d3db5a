"""Writes the reference pages of docs/ from the code: `python -m scripts.reference`.

A test compares its output with the pages, so that every existing setting, event, audit line and
kind of topic is documented.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import bedside
from bedside.audit.event_names import Action
from bedside.kernel import events
from bedside.people.permissions import (
    AccountAccess,
    AuditAccess,
    ChartAccess,
    ClinicAccess,
    DraftAccess,
    GuestAccess,
    LinkAccess,
    PatientAccess,
    RoomAccess,
    StaffAccess,
    TransferAccess,
    VisitorAccess,
)
from bedside.people.roles import ALLOWED, May, Role
from bedside.settings import Settings

ROOT = Path(__file__).parent.parent / "docs"
_NOTICE = "<!-- Written by scripts/reference.py; change the code and run it again. -->\n\n"


def pages() -> dict[Path, str]:
    """Return every reference page: path → text."""
    return {
        ROOT / "operators" / "settings.md": _NOTICE + settings_page(),
        ROOT / "contributing" / "events.md": _NOTICE + events_page(),
        ROOT / "contributing" / "audit-events.md": _NOTICE + audit_page(),
        ROOT / "contributing" / "permissions.md": _NOTICE + permissions_page(),
    }


def settings_page() -> str:
    """Render all settings with their defaults."""
    rows = "".join(
        _row(f"`{name}`", f"`BEDSIDE_{name.upper()}`", _default(field.default), field.description)
        for name, field in Settings.model_fields.items()
    )
    return (
        "# Settings\n\n"
        "Put them into `bedside.toml` in the data directory, or into the environment, which wins.\n"
        "Nothing has to be set to try Bedside on one machine.\n\n"
        "| in `bedside.toml` | in the environment | default | what it is |\n"
        "| --- | --- | --- | --- |\n" + rows
    )


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _default(value: object) -> str:
    return "none" if value in ("", None) else f"`{value}`"


def events_page() -> str:
    """Render all declared events with their fields."""
    for module in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if module.name.endswith("events"):
            importlib.import_module(module.name)
    parts = [
        "# Events\n\n",
        "What open pages hear over the live socket. Events carry ids and states, never\n",
        "content.\n\n",
        "| type | topic | fields | when |\n| --- | --- | --- | --- |\n",
    ]
    for name, kind in sorted(events.all_declared().items()):
        fields = ", ".join(f"`{field}`" for field in kind.model_fields)
        parts.append(_row(f"`{name}`", _topic(kind), fields, _first_line(kind)))
    return "".join(parts)


def _topic(kind: type[events.Event]) -> str:
    found = re.search(r'f"(.+?)"', inspect.getsource(kind.topic))
    return f"`{found.group(1).replace('self.', '')}`" if found else ""


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").replace("\n", " ")


def audit_page() -> str:
    """Render all audit actions."""
    names = "".join(f"- `{action}`\n" for action in sorted(Action))
    return (
        "# Audit lines\n\n"
        "Every name is subject.action, in the past tense. Lines are appended in the transaction\n"
        "of what they tell of, and chained per clinic; `bedside audit verify` walks the chains.\n\n"
        + names
    )


def permissions_page() -> str:
    """Render permission values and what roles may do."""
    parts = [
        "# Permissions\n\n",
        "A permission is a value that only `bedside.people.permissions` can make. A service\n",
        "takes it as an argument, so code that skipped the check cannot call the service.\n\n",
        "| value | what it proves |\n| --- | --- |\n",
    ]
    for kind in (
        StaffAccess,
        ChartAccess,
        ClinicAccess,
        AuditAccess,
        LinkAccess,
        RoomAccess,
        VisitorAccess,
        GuestAccess,
        DraftAccess,
        TransferAccess,
        AccountAccess,
        PatientAccess,
    ):
        parts.append(f"| `{kind.__name__}` | {_first_line(kind)} |\n")
    parts.append("\n## Roles\n\n| may | " + " | ".join(Role) + " |\n")
    parts.append("| --- |" + " --- |" * len(Role) + "\n")
    for may in May:
        ticks = " | ".join("yes" if may in ALLOWED[role] else "–" for role in Role)
        parts.append(f"| `{may}` | {ticks} |\n")
    return "".join(parts)


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
