"""Sealed columns: the documented format, and no value can be moved to another place."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, insert, select, update

from bedside.adapters.keys_file import KeyFile
from bedside.database import Database
from bedside.database.bound_rows import TABLES
from bedside.database.sealed import ClinicKeys, RecordSealBroken, Vault
from bedside.database.tables import clinic_keys, metadata
from bedside.people.models import patients
from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F6")]
_VECTORS = Path(__file__).parents[1] / "vectors"
VECTORS = json.loads((_VECTORS / "sealed-column-v1.json").read_text(encoding="utf-8"))
CLINIC = VECTORS["clinic"]
PLACE = ("patients.record", "pat_1")


@pytest.fixture
async def keys(database: Database, tmp_path: Path) -> ClinicKeys:
    """The keys of the vectors, opened from their rows as a database stores them."""
    master = base64.b64encode(bytes.fromhex(VECTORS["master_key"])).decode()
    (tmp_path / "master.key").write_text(f"1:{master}\n")
    async with database.unit_of_work() as work:
        for purpose, wrapped in VECTORS["wrapped_keys"].items():
            await work.execute(
                insert(clinic_keys),
                clinic_id=CLINIC,
                purpose=purpose,
                generation=1,
                wrapped=bytes.fromhex(wrapped),
                wrapped_by=1,
                created_at=0,
            )
    return await Vault(database, KeyFile(tmp_path / "master.key")).clinic(CLINIC)


async def test_the_vectors_open(keys: ClinicKeys) -> None:
    for vector in VECTORS["values"]:
        sealed = bytes.fromhex(vector["sealed"])
        plain = keys.unseal_bytes(vector["column"], vector["row"], sealed)
        assert plain == bytes.fromhex(vector["plain"])
    for vector in VECTORS["tokens"]:
        assert keys.token(vector["kind"], vector["term"]) == vector["token"]
    data_key = VECTORS["data_key"]
    wrapped = bytes.fromhex(data_key["wrapped"])
    assert keys.unwrap(wrapped, "files.data_key", VECTORS["file"]).hex() == data_key["plain"]
    state = bytes(32)
    for vector in VECTORS["chain"]:
        state = keys.chain(state, vector["line"].encode())
        assert state.hex() == vector["state"]
        assert keys.mark(state).hex() == vector["mark"]


async def test_what_is_sealed_is_as_the_format_says(keys: ClinicKeys) -> None:
    """Opened with nothing but the cipher and the columns key of the vectors."""
    sealed = keys.seal("patients.record", "pat_1", {"name": "Ingrid Ödegård"})
    columns = AESGCM(_columns_key())
    assert sealed[:5] == b"\x01\x00\x00\x00\x01"
    plain = columns.decrypt(sealed[5:17], sealed[17:], f"{CLINIC}/patients.record/pat_1".encode())
    assert plain == '{"name":"Ingrid Ödegård"}'.encode()


def _columns_key() -> bytes:
    cipher = AESGCM(bytes.fromhex(VECTORS["master_key"]))
    key = b""
    for purpose, context in (("clinic", f"master/{CLINIC}/clinic/1"), ("columns", "")):
        wrapped = bytes.fromhex(VECTORS["wrapped_keys"][purpose])
        associated = (context or f"{CLINIC}/{purpose}/1").encode()
        key = cipher.decrypt(wrapped[:12], wrapped[12:], associated)
        cipher = AESGCM(key)
    return key


def _some_keys(clinic: str = "cli_a") -> ClinicKeys:
    return ClinicKeys(clinic, {1: bytes(32)}, {1: bytes([1]) * 32}, bytes([2]) * 32, bytes(32))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)


@settings(deadline=None, max_examples=60)
@given(value=json_values)
def test_every_value_comes_back_and_no_two_look_alike(value: Any) -> None:
    keys = _some_keys()
    first, second = keys.seal(*PLACE, value), keys.seal(*PLACE, value)
    assert keys.unseal(*PLACE, first) == value
    assert first[5:] != second[5:]


@pytest.mark.parametrize(
    ("clinic", "column", "row"),
    [
        ("cli_a", "patients.record", "pat_2"),
        ("cli_a", "chart_entries.record", "pat_1"),
        ("cli_b", "patients.record", "pat_1"),
    ],
)
def test_a_value_opens_in_its_place_only(clinic: str, column: str, row: str) -> None:
    """Even if both clinics had the same key."""
    sealed = _some_keys().seal(*PLACE, {"name": "Maya"})
    with pytest.raises(RecordSealBroken):
        _some_keys(clinic).unseal(column, row, sealed)
    wrapped = _some_keys().wrap(bytes(32), *PLACE)
    with pytest.raises(RecordSealBroken):
        _some_keys(clinic).unwrap(wrapped, column, row)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_every_changed_bit_and_every_cut_is_found(data: st.DataObject) -> None:
    keys = _some_keys()
    for sealed, opened in (
        (keys.seal(*PLACE, {"name": "Maya"}), lambda sealed: keys.unseal(*PLACE, sealed)),
        (keys.wrap(bytes(32), *PLACE), lambda sealed: keys.unwrap(sealed, *PLACE)),
    ):
        bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
        for broken in (bytes(changed), cut):
            with pytest.raises(RecordSealBroken):
                opened(broken)


async def test_swapped_rows_are_refused_and_said_to_be_broken(house: House) -> None:
    """Somebody swaps two patients' records behind Bedside's back."""
    maya, tomas = house.patients[0].id, house.patients[1].id
    async with house.services.database.unit_of_work() as work:
        rows = {
            row.id: row.record for row in await work.all(select(patients.c.id, patients.c.record))
        }
        for target, source in ((maya, tomas), (tomas, maya)):
            change = update(patients).where(patients.c.id == target)
            await work.execute(change.values(record=rows[source]))
    chart = await house.chart(0)
    with pytest.raises(RecordSealBroken) as caught:
        await house.services.people.patients.get(chart)
    assert caught.value.status == 503
    assert "bedside doctor" in caught.value.sentence


async def test_the_same_words_have_other_tokens_next_door(house: House) -> None:
    vault = house.services.vault
    here = await vault.clinic(house.here.clinic.id)
    there = await vault.clinic(house.next_door.clinic.id)
    assert here.token("patient.name", "maya") == here.token("patient.name", "maya")
    assert here.token("patient.name", "maya") != here.token("word", "maya")
    assert here.token("patient.name", "maya") != there.token("patient.name", "maya")
    with pytest.raises(RecordSealBroken):
        there.unseal(*PLACE, here.seal(*PLACE, "Maya"))


async def test_another_master_key_opens_nothing(house: House, tmp_path: Path) -> None:
    other = KeyFile(tmp_path / "other" / "master.key")
    await other.make_first()
    with pytest.raises(RecordSealBroken):
        await Vault(house.services.database, other).clinic(house.clinic.id)


async def test_the_vectors_of_bound_rows() -> None:
    vectors = json.loads((_VECTORS / "bound-row-v1.json").read_text(encoding="utf-8"))
    index = bytes.fromhex(vectors["index_key"])
    keys = ClinicKeys(vectors["clinic"], {1: bytes(32)}, {1: bytes(32)}, index, bytes(32))
    tables = {table.name: table for table in TABLES}
    for vector in vectors["rows"]:
        table = tables[vector["table"]]
        columns = metadata.tables[table.name].c
        values = {
            name: bytes.fromhex(value)
            if isinstance(columns[name].type, LargeBinary) and value
            else value
            for name, value in zip(table.columns, vector["values"], strict=True)
        }
        assert table.bound(keys, values)["mac"].hex() == vector["mac"], table.name
    mark = keys.bind(f"all rows are bound\0{keys.clinic_id}".encode())
    assert mark.hex() == vectors["mark"]
