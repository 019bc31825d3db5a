"""Rotating keys: new master key, new clinic keys, every data key wrapped anew, no file touched."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.audit.actors import SYSTEM
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Rotated:
    """How much was wrapped anew."""

    clinics: int
    data_keys: int


async def rotate(services: Services) -> Rotated:
    """Rotate the master key and every clinic's key. May be run again after a kill: each step
    leaves everything readable, and the old master key is dropped last."""
    services.master.add_generation()
    data_keys = 0
    holders = await services.vault.holders()
    for holder in holders:
        async with services.database.unit_of_work() as work:
            await services.vault.rewrap_under_master(work, holder)
            await services.vault.new_clinic_key(work, holder)
        data_keys += await services.custody.rewrap_keys(holder)
        await services.audit.note(holder, SYSTEM, Action.KEYS_ROTATED, data_keys=data_keys)
    services.master.drop_old_generations()
    return Rotated(len(holders), data_keys)
