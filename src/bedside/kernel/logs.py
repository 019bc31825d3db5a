"""Structured logs: one JSON object per line (or readable lines), never with patient content.

Callers log event names, ids and counts. Exception messages may quote what somebody entered, so
they are dropped here for everything that comes through the standard library.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


class _StandardError:
    """Standard error at the moment of writing, because loggers outlive a redirection."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(log_format: str = "json") -> None:
    """Set up logging for the process, on standard error. `log_format` is “json” or “console”."""
    out: Any = _StandardError()
    console = log_format == "console"
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_exception_text],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # The product's own access log says the same without the paths of pages.
    logging.getLogger("uvicorn.access").disabled = True


def _without_exception_text(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    record = event.get("_record")
    if record is not None:
        info = info or record.exc_info
        record.exc_info, record.exc_text = None, None
    if isinstance(info, tuple) and isinstance(info[0], type):
        event["error"] = info[0].__name__
    return event
