"""A receiver of SMART Health Links that knows the specification and nothing of Bedside.

Written from “Health Links Specification” of the guide “SMART Health Cards and Links” (1.0.0): the
payload, the manifest request, and compact JWE with `dir` and A256GCM.
"""

import json
import zlib
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def unbase64url(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload_of(link: str) -> dict[str, Any]:
    """Return the payload of a link, with or without the address of a viewer in front."""
    _, found, rest = link.rpartition("shlink:/")
    assert found, "no shlink:/ in it"
    return json.loads(unbase64url(rest))


def decrypted(jwe: str, key: str) -> tuple[dict[str, Any], bytes]:
    """Return header and plain bytes of a compact JWE."""
    head, wrapped, nonce, sealed, tag = jwe.split(".")
    header = json.loads(unbase64url(head))
    assert (header["alg"], header["enc"], wrapped) == ("dir", "A256GCM", "")
    cipher = AESGCM(unbase64url(key))
    plain = cipher.decrypt(
        unbase64url(nonce), unbase64url(sealed) + unbase64url(tag), head.encode()
    )
    if header.get("zip") == "DEF":
        plain = zlib.decompress(plain, wbits=-15)
    return header, plain


@dataclass
class Received:
    """The manifest, the headers of the files, and their FHIR resources."""

    manifest: dict[str, Any]
    headers: list[dict[str, Any]]
    resources: list[dict[str, Any]]


async def request_manifest(
    http: httpx.AsyncClient, link: str, recipient: str, **more: Any
) -> httpx.Response:
    """Send a manifest request for a link."""
    return await http.post(payload_of(link)["url"], json={"recipient": recipient, **more})


async def receive(http: httpx.AsyncClient, link: str, recipient: str, **more: Any) -> Received:
    """Open a link: request its manifest, and decrypt all files."""
    answer = await request_manifest(http, link, recipient, **more)
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/json"
    manifest = answer.json()
    received = Received(manifest, [], [])
    for file in manifest["files"]:
        if "embedded" in file:
            jwe = file["embedded"]
        else:
            fetched = await http.get(file["location"])
            assert fetched.status_code == 200, fetched.text[:300]
            assert fetched.headers["content-type"] == "application/jose"
            jwe = fetched.text
        header, plain = decrypted(jwe, payload_of(link)["key"])
        assert header["cty"] == file["contentType"]
        received.headers.append(header)
        received.resources.append(json.loads(plain))
    return received
