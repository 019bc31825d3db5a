"""Every later version finds what browsers have kept: files and photos not sent yet."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.house import Served
from tests.peers.chromium import Chromium
from tests.web.scripts import bundled

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F14")]

_OLD_PAGE = """async () => {
  // As version 0.1 kept things: do not change this, for there are phones that hold it.
  const put = (database, store, keyPath, index, things) => new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      const made = request.result.createObjectStore(store, { keyPath });
      if (index) made.createIndex(index, index);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const transaction = request.result.transaction(store, "readwrite");
      for (const thing of things) transaction.objectStore(store).put(thing);
      transaction.oncomplete = () => { request.result.close(); resolve(); };
      transaction.onabort = () => reject(transaction.error);
    };
  });
  const now = Date.now();
  const file = (id, owner, patient, keptAt) => ({
    id, owner, patient, name: `${id}.txt`, category: "imaging", file: new Blob([`words of ${id}`]),
    address: `/patients/${patient}/uploads/${id}`, keptAt,
  });
  await put("bedside-uploads", "files", "id", "", [
    file("new", "stf_a", "pat_a", now), file("older", "stf_a", "pat_a", now - 3600000),
    file("others", "stf_b", "pat_a", now), file("elsewhere", "stf_a", "pat_b", now),
    file("too-old", "stf_a", "pat_a", now - 2 * 86400000),
    file("trf_1", "live-transfers", "vis_a", now),
  ]);
  const photo = (id, request, order) => ({
    id, request, name: "photo.jpg", type: "image/jpeg", photo: new Blob([`picture ${id}`]),
    takenAt: 0, comment: "left arm", sentComment: "", order, uploadUrl: "/r/1/uploads/upl_1",
    fileId: "fil_1", warning: "", problem: "",
  });
  await put("bedside-photos", "photos", "id", "request", [
    photo("second", "req_a", 2), photo("first", "req_a", 1), photo("other", "req_b", 1),
  ]);
  await put("bedside-agreements", "agreements", "request", "", [
    { request: "req_a", round: 3, photos: ["first"], comments: { first: "left arm" } },
  ]);
}"""

_READ = """async () => {
  const chosen = await Promise.all(
    [["stf_a", "pat_a"], ["live-transfers", "vis_a"]].map(([who, of]) => files.kept(who, of)));
  const store = new photos.PhotoStore("req_a");
  const all = await store.all();
  return {
    files: await Promise.all(
      chosen.flat().map(async (one) => [one.address, await one.file.text()])),
    photos: await Promise.all(all.map(async (one) => [one.id, await one.photo.text()])),
    named: all.map(photos.nameOf),
    agreement: await store.agreement(),
    durable: store.durable,
  };
}"""


@pytest.fixture
async def page(served: Served, chromium: Chromium) -> Page:
    """A page of ours, with both stores in it."""
    page = await (await chromium.phone()).page(f"{served.url}/sign-in")
    await page.evaluate(bundled(files="uploading/kept_files", photos="photo_requests/store"))
    return page


async def test_what_an_earlier_version_kept_is_found(page: Page) -> None:
    await page.evaluate(_OLD_PAGE)
    found: dict[str, Any] = await page.evaluate(_READ)
    assert found["files"] == [
        ["/patients/pat_a/uploads/older", "words of older"],
        ["/patients/pat_a/uploads/new", "words of new"],
        ["/patients/vis_a/uploads/trf_1", "words of trf_1"],
    ]
    assert found["photos"] == [["first", "picture first"], ["second", "picture second"]]
    assert found["named"] == ["fil_1", "fil_1"]  # pages of then had no names of their own for them
    assert found["agreement"]["photos"] == ["first"]
    assert found["durable"]


async def test_a_page_of_an_earlier_version_goes_on_beside_it(page: Page) -> None:
    await page.evaluate(_READ)  # makes the databases
    await page.evaluate(_OLD_PAGE)
    await page.evaluate("() => new photos.PhotoStore('req_a').remove('first')")
    assert (await page.evaluate(_READ))["photos"] == [["second", "picture second"]]


async def test_only_what_is_forgotten_goes(page: Page) -> None:
    await page.evaluate(_OLD_PAGE)
    await page.evaluate("() => files.forget('new')")
    await page.evaluate("() => new photos.PhotoStore('req_b').forgetAgreement()")
    found = await page.evaluate(_READ)
    assert [words for _, words in found["files"]] == ["words of older", "words of trf_1"]
    assert found["agreement"]["round"] == 3
    await page.evaluate("() => files.forgetAll()")
    found = await page.evaluate(_READ)
    assert (found["files"], len(found["photos"])) == ([], 2)


async def test_without_room_a_photo_is_kept_by_the_page_and_a_file_is_not(page: Page) -> None:
    await page.evaluate("() => { indexedDB.open = () => { throw new Error('no room'); }; }")
    kept = await page.evaluate(
        """async () => {
          const store = new photos.PhotoStore("req_a");
          await store.put({ id: "only", request: "req_a", order: 1, photo: new Blob(["x"]) });
          const survives = await files.keep({ id: "one", file: new Blob(["x"]) });
          return [(await store.all()).map((one) => one.id), store.durable, survives];
        }"""
    )
    assert kept == [["only"], False, False]
