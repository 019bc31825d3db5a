import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { toText } from "../components/encoding";
import { decrypt, filesIn, readLink } from "./health_link";

const KEY = "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q";
/** The example of a link in the specification. */
const EXAMPLE =
  "#shlink:/eyJ1cmwiOiJodHRwczovL2Voci5leGFtcGxlLm9yZy9xci9ZOXh3a1VkdG1OOXd3b0pvTjNmZkpJaFgyVUd2Q0wxSm5sUFZOTDNrRFdNL20iLCJmbGFnIjoiTFAiLCJrZXkiOiJyeFRnWWxPYUtKUEZ0Y0VkMHFjY2VOOHdFVTRwOTRTcUF3SVdRZTZ1WDdRIiwibGFiZWwiOiJCYWNrLXRvLXNjaG9vbCBpbW11bml6YXRpb25zIGZvciBPbGl2ZXIgQnJvd24ifQ";

function linkTo(payload: unknown): string {
  return `#shlink:/${toText(new TextEncoder().encode(JSON.stringify(payload)).buffer as ArrayBuffer)}`;
}

/** A JWE made by the browser's own encryption. */
async function sealed(plain: Uint8Array<ArrayBuffer>, header: object): Promise<string> {
  const head = toText(new TextEncoder().encode(JSON.stringify(header)).buffer as ArrayBuffer);
  const raw = Uint8Array.from(atob(`${KEY.replaceAll("-", "+").replaceAll("_", "/")}=`), (c) => c.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(head) };
  const all = new Uint8Array(await crypto.subtle.encrypt(how, key, plain));
  const [body, tag] = [all.slice(0, -16), all.slice(-16)];
  return [head, "", toText(iv.buffer), toText(body.buffer), toText(tag.buffer)].join(".");
}

test("the example of the specification is read", () => {
  assert.deepEqual(readLink(EXAMPLE), {
    url: "https://ehr.example.org/qr/Y9xwkUdtmN9wwoJoN3ffJIhX2UGvCL1JnlPVNL3kDWM/m",
    key: KEY,
    label: "Back-to-school immunizations for Oliver Brown",
    until: 0,
    needsPasscode: true,
  });
});

test("what is no link is not one", () => {
  const none = [
    "",
    "#",
    "#shlink:/",
    "#shlink:/!!",
    "#shlink:/eyJ1cmwi",
    "#%",
    linkTo([]),
    linkTo({ url: 5, key: KEY }),
  ];
  for (const hash of none) assert.equal(readLink(hash), "unreadable", hash);
});

test("a link whose colon was encoded on its way is read", () => {
  assert.equal(typeof readLink(EXAMPLE.replace(":", "%3A")), "object");
});

test("a link of a later version is not tried, and unknown flags and properties are ignored", () => {
  assert.equal(readLink(linkTo({ v: 2, url: "https://a/b", key: KEY })), "newer");
  const read = readLink(linkTo({ v: 1, url: "https://a/b", key: KEY, flag: "LXZ", extra: { a: 1 } }));
  assert.ok(typeof read === "object" && !read.needsPasscode);
});

test("letters of every script stay what they are", () => {
  const read = readLink(linkTo({ url: "https://a/b", key: KEY, label: "王芳 محمد Đỗ" }));
  assert.ok(typeof read === "object" && read.label === "王芳 محمد Đỗ");
});

test("a file is decrypted, also a compressed one", async () => {
  const plain = new TextEncoder().encode('{"resourceType":"Bundle"}'.repeat(50));
  const header = { alg: "dir", enc: "A256GCM", cty: "application/fhir+json" };
  assert.deepEqual(new Uint8Array(await decrypt(await sealed(plain, header), KEY)), plain);
  const small = new Uint8Array(deflateRawSync(plain));
  const zipped = await sealed(small, { ...header, zip: "DEF" });
  assert.deepEqual(new Uint8Array(await decrypt(zipped, KEY)), plain);
});

test("a changed file, another key or another encryption is refused", async () => {
  const plain = new TextEncoder().encode("{}");
  const jwe = await sealed(plain, { alg: "dir", enc: "A256GCM" });
  await assert.rejects(decrypt(jwe, KEY.replace("r", "s")));
  await assert.rejects(
    decrypt(
      jwe.replace(/.$/, (c) => (c === "A" ? "Q" : "A")),
      KEY,
    ),
  );
  await assert.rejects(decrypt(await sealed(plain, { alg: "dir", enc: "A128GCM" }), KEY));
});

test("files are found in documents, and nowhere else", () => {
  const attachment = { title: "a.pdf", contentType: "application/pdf", data: "JVBERg==" };
  const document = { resourceType: "DocumentReference", content: [{ attachment }, {}, { attachment: {} }] };
  const bundle = {
    resourceType: "Bundle",
    entry: [{ resource: document }, { resource: { resourceType: "Patient" } }, {}],
  };
  const found = filesIn(bundle);
  assert.deepEqual(
    found.map(({ name, type }) => [name, type]),
    [["a.pdf", "application/pdf"]],
  );
  assert.equal(new TextDecoder().decode(found[0]?.bytes), "%PDF");
});
