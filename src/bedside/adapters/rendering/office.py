"""Word, Excel, OpenDocument and RTF: whether it is intact, whether it carries a program, and what
it says."""

from bedside.adapters.rendering import office_zip, ole_files, rtf
from bedside.adapters.rendering.packed_programs import Found
from bedside.files import media_types as types
from bedside.files.ports import Derivation, Derivative, Examination


def examine(data: bytes, media_type: str) -> Examination:
    """Check that the document is intact and carries no program. Raises Refused."""
    if media_type in {types.DOC, types.XLS}:
        found, unread = ole_files.check(data)
        return Examination(found, note="object_unread" if unread is Found.UNREAD else "")
    if media_type == types.RTF:
        rtf.check(data)
        return _without_link(data, rtf.without_template(data))
    return office_zip.check(data)


def _without_link(data: bytes, cut: bytes) -> Examination:
    if cut == data:
        return Examination(types.RTF)
    return Examination(types.RTF, note="link_removed", shared=Derivative("shared", types.RTF, cut))


def derive(data: bytes, media_type: str) -> Derivation:
    """Extract what the document says."""
    # Imported only now: an examination needs none of the converters.
    from bedside.adapters.rendering import office_readings

    return office_readings.derive(data, media_type)
