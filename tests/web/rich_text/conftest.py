"""The page on which rich texts are written, in Chromium."""

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from tests.web.rich_text.writing_desk import WritingDesk


@pytest.fixture(scope="session")
def desk() -> Iterator[str]:
    """The address of a server with that page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), WritingDesk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
