"""Key rotation: a new master key, new clinic keys, every data key re-wrapped, no file touched.

One rotation at a time: it holds a lock beside the key file and one in the database, because
several machines may each have their copy of the key file. Everything opens after each step, so
that a rotation may be killed at any time and another one started. The old master key is removed
last, in a unit of work that has verified that nothing is wrapped by it any longer, and is kept
beside the new one (docs/decisions/0016).
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bedside.audit import Action
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import RecordSealBroken
from bedside.errors import Conflict, NotFound
from bedside.kernel import faults
from bedside.services import Services

_LOCK = "keys"


class RotationRunning(Conflict):
    """Another rotation is in progress."""

    code = "rotation_running"
    sentence = (
        "The keys are being rotated already, by another process. Nothing was changed. If that one "
        "is interrupted, run this again."
    )


class RotationDisturbed(Conflict):
    """The locks did not hold, for instance on a network file system."""

    code = "rotation_disturbed"
    sentence = (
        "Another rotation came in between. Everything opens, and the old master keys were left in "
        "the key file. Run this again when nobody else does."
    )


class AnotherKeyFile(Conflict):
    """The keys were rotated with another copy of the key file."""

    code = "another_key_file"
    sentence = (
        "This copy of the master key does not open everything: the keys were last rotated with "
        "another one. Nothing was changed. Copy that one here first."
    )


async def rotate(services: Services) -> AsyncGenerator[str]:
    """Rotate the master key and every clinic's key, yielding a sentence after each step.

    Raises RotationRunning, RotationDisturbed, AnotherKeyFile, and NotFound as long as there is no
    clinic.
    """
    master, vault = services.master, services.vault
    async with _alone(services):
        generation = master.add_generation(above=await _in_use(services))
        faults.point("rotation.begun")
        yield "A new master key lies beside the old one."
        while True:
            async with services.database.unit_of_work() as work:
                holders = await vault.renew(work)
            faults.point("rotation.clinics_wrapped")
            yield f"New keys for {len(holders)} holders."
            for holder in holders:
                data_keys = await services.files.custody.rewrap_keys(holder)
                faults.point("rotation.files_wrapped")
                await services.audit.log.note(
                    holder, SYSTEM, Action.KEYS_ROTATED, data_keys=data_keys
                )
                yield f"{data_keys} data keys of {holder} rewrapped."
            async with services.database.unit_of_work() as work:
                in_use = await vault.master_in_use(work)
                if generation not in in_use:
                    raise RotationDisturbed
                # A clinic founded in the meantime may have used the old key: then once more.
                if in_use == {generation}:
                    kept = master.keep_only(generation)
                    break
    yield f"The old master key is kept in {kept}."


@asynccontextmanager
async def _alone(services: Services) -> AsyncGenerator[None]:
    with services.master.only_one() as here:
        if not here:
            raise RotationRunning
        async with services.database.only_one(_LOCK) as anywhere:
            if not anywhere:
                raise RotationRunning
            yield


async def _in_use(services: Services) -> int:
    """Return the newest generation of the master key that the database needs."""
    try:
        async with services.database.unit_of_work() as work:
            in_use = await services.vault.master_in_use(work)
    except RecordSealBroken as error:
        raise AnotherKeyFile from error
    if not in_use:
        raise NotFound("There is no clinic here yet, and so no key to rotate.")
    return max(in_use)
