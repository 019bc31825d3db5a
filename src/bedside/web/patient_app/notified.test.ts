import assert from "node:assert/strict";
import { test } from "node:test";
import { notified } from "./notified";

const SITE = "https://clinic.example";
const push = (given: unknown) => ({ json: () => given });

test("a declarative push is shown as it is, and reported", () => {
  const given = {
    web_push: 8030,
    notification: {
      title: "Riverside Clinic has written to you",
      body: "Open the app to read it.",
      tag: "mpl_1",
      navigate: `${SITE}/app/pat_1/chat/cnv_1`,
      data: { shown: "/push/shown", cause: "mpl_1/1/0/dev_1" },
    },
  };
  assert.deepEqual(notified(push(given), SITE), {
    title: "Riverside Clinic has written to you",
    body: "Open the app to read it.",
    tag: "mpl_1",
    page: "/app/pat_1/chat/cnv_1",
    report: { address: "/push/shown", cause: "mpl_1/1/0/dev_1" },
  });
});

test("whatever comes, something is shown and nothing leads elsewhere", () => {
  const strange = [
    null,
    push(null),
    push("text"),
    push({ notification: [] }),
    push({
      notification: {
        title: 7,
        navigate: "https://evil.example/app",
        data: { shown: "https://evil.example/", cause: "x" },
      },
    }),
    push({ notification: { title: " ", navigate: "//evil.example", data: "x" } }),
    push({ notification: { navigate: "javascript:alert(1)" } }),
    { json: () => JSON.parse("{") },
  ];
  for (const one of strange) {
    const { title, page, report } = notified(one, SITE);
    assert.equal(title, "Bedside");
    assert.equal(page, "/app");
    assert.equal(report, null);
  }
});
