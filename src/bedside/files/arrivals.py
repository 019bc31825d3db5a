"""Files in transfer to a holder (a request, a live transfer): refusals, and comments."""

from dataclasses import dataclass

from bedside.database.sealed import ClinicKeys
from bedside.files import upload_rows
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.people.permissions import HolderAccess


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """An upload that was refused while it arrived. `refusal` is a key of `files.refusals`."""

    id: str
    file_id: str
    given_id: str
    name: str
    refusal: str


async def refused(db: Reader, keys: ClinicKeys, holder: HolderAccess) -> list[RefusedUpload]:
    """Return what was refused while it arrived for this holder, oldest first."""
    rows = await db.all(
        upload_rows.REFUSED_OF_HOLDER, holder=holder.subject_id, clinic=holder.clinic_id
    )
    found: list[RefusedUpload] = []
    for row in rows:
        record = keys.unseal(upload_rows.RECORD, row.id, row.record)
        given_id = record.get("given_id", "")  # earlier versions stored none
        found.append(RefusedUpload(row.id, row.file_id, given_id, record["name"], row.refusal))
    return found


async def set_comment(
    work: UnitOfWork, keys: ClinicKeys, holder: HolderAccess, file_id: str, comment: str
) -> bool:
    """Store the patient's comment on a file that is still being uploaded. At most 2,000
    characters.

    `file_id` may be the device's name for the file. The caller holds the holder's lock. Returns
    False if no such file is being uploaded.
    """
    rows = await work.all(
        upload_rows.UNFINISHED_OF_HOLDER, holder=holder.subject_id, clinic=holder.clinic_id
    )
    found = False
    for row in rows:
        record = keys.unseal(upload_rows.RECORD, row.id, row.record)
        if file_id in (row.file_id, record.get("given_id")):
            record["comment"] = comment.strip()[:2_000]
            sealed = keys.seal(upload_rows.RECORD, row.id, record)
            await work.execute(upload_rows.CHANGE, of=row.id, record=sealed)
            found = True
    return found


async def forget_refused(work: UnitOfWork, holder: HolderAccess, file_id: str) -> None:
    """Forget a file that was refused while it arrived, once its sender has seen that."""
    await work.execute(
        upload_rows.DROP_REFUSED,
        holder=holder.subject_id,
        clinic=holder.clinic_id,
        file=file_id,
    )
