import assert from "node:assert/strict";
import { test } from "node:test";
import { isFull, kept, plainDigits, spread } from "./date_of_birth";

test("a box is full when no further digit can follow", () => {
  assert.ok(isFull("day", "31", 2) && isFull("year", "1958", 4));
  assert.ok(isFull("day", "4", 2) && isFull("month", "2", 2));
  assert.ok(!isFull("day", "3", 2) && !isFull("month", "1", 2) && !isFull("year", "9", 4) && !isFull("month", "", 2));
});

const DMY = ["day", "month", "year"] as const;
const MDY = ["month", "day", "year"] as const;
const YMD = ["year", "month", "day"] as const;

test("an ISO date goes into the boxes by name, whatever their order", () => {
  for (const order of [DMY, MDY, YMD]) {
    assert.deepEqual(spread("1958-04-09", order), { day: "09", month: "04", year: "1958" });
    assert.deepEqual(spread("1958/4/9", order), { day: "9", month: "4", year: "1958" });
  }
  assert.deepEqual(spread("1985年3月4日", YMD), { day: "4", month: "3", year: "1985" });
});

test("another date is taken as the boxes stand", () => {
  for (const text of ["09.04.1958", "09/04/1958", "09 04 1958", "09-04-1958"]) {
    assert.deepEqual(spread(text, DMY), { day: "09", month: "04", year: "1958" });
    assert.deepEqual(spread(text, MDY), { day: "04", month: "09", year: "1958" });
    assert.deepEqual(spread(text, YMD), { day: "09", month: "04", year: "1958" });
  }
  assert.deepEqual(spread("58-04-09", YMD), { day: "09", month: "04", year: "58" });
});

test("a day after the 12th says which number is the month", () => {
  assert.deepEqual(spread("03/27/1985", DMY), { day: "27", month: "03", year: "1985" });
  assert.deepEqual(spread("27.3.1985", MDY), { day: "27", month: "3", year: "1985" });
});

test("a month may be a word", () => {
  const expected = [
    ["4 March 1985", "March"],
    ["March 4, 1985", "March"],
    ["4. März 1985", "März"],
    ["le 4 mars 1985", "mars"],
    ["4 de marzo de 1985", "marzo"],
    ["1985 Mar 4", "Mar"],
    ["4th of August 1985", "August"],
    ["geboren den 4. Dezember 1985", "Dezember"],
    ["mardi 4 juin 1985", "juin"],
    ["martes, 4 de marzo de 1985", "marzo"],
  ] as const;
  for (const [text, month] of expected) assert.deepEqual(spread(text, DMY), { day: "4", month, year: "1985" }, text);
});

test("digits of other scripts become those of the boxes", () => {
  for (const text of ["٤/٣/١٩٨٥", "۴/۳/۱۹۸۵", "४/३/१९८५", "４／３／１９８５", "৪/৩/১৯৮৫", "๔/๓/๑๙๘๕"])
    assert.deepEqual(spread(text, DMY), { day: "4", month: "3", year: "1985" }, text);
  assert.equal(plainDigits("٠١٢٣٤٥٦٧٨٩ 𝟘𝟙𝟚𝟡"), "0123456789 0129");
});

test("a box keeps digits, and the month its letters", () => {
  assert.equal(kept("day", "٤."), "4");
  assert.equal(kept("month", "März "), "März");
  assert.equal(kept("year", "1985a"), "1985");
  assert.ok(!isFull("month", "Ma", 2));
});

test("what is no whole date is left to the box", () => {
  for (const text of ["", "1958", "04-1958", "Maya", "1-2-3-4", "4 1985"]) assert.equal(spread(text, DMY), null, text);
});
