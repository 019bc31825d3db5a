import assert from "node:assert/strict";
import { test } from "node:test";
import { initialsOf } from "./tiles";

test("initials are those of the name without its title", () => {
  const names = { "Dr Amara Okafor": "AO", Noor: "N", "María José de la Cruz": "MC", Nurse: "", "": "" };
  for (const [name, initials] of Object.entries(names)) assert.equal(initialsOf(name), initials);
});
