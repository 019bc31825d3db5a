"""A certificate authority for tests, and contexts for servers and clients that trust it."""

import ssl
from functools import cache

import trustme


@cache
def authority() -> trustme.CA:
    """Return one authority for each test process."""
    return trustme.CA()


def server_context(*names: str) -> ssl.SSLContext:
    """Return TLS for a server with these names (default: loopback)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
    return context


def client_context() -> ssl.SSLContext:
    """Return TLS for a client that trusts this authority and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    return context
