"""Logs: one JSON object a line on stderr, or coloured text where a person watches.

Whatever key looks like a secret is masked before it is written, wherever it came from.
"""

import logging
import re
import sys
from collections.abc import Callable
from typing import Literal, cast

import structlog
from structlog.types import EventDict, Processor

Logger = structlog.stdlib.BoundLogger

_SECRET_KEY = re.compile(
    r"(?i)pass(word|wd)|secret|token$|api_?key|authorization|cookie|credential"
)
_SECRET_VALUE = re.compile(r"\b(sk-[A-Za-z0-9_-]{8,}|ck_[A-Za-z0-9_]{12,}|Bearer\s+\S{8,})")


def get_logger(room: str) -> Logger:
    """A logger whose lines say which `room` speaks."""
    # Lazily bound: `bind` here would freeze the settings before `configure_logs` has spoken.
    return cast("Logger", structlog.get_logger(room=room))


def configure_logs(style: Literal["json", "text"], level: str = "INFO") -> None:
    """Set the style once, at start."""
    final: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_secrets,
            final,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def mask_in_logs(step: Processor) -> Callable[[], None]:
    """From now on `step` sees every line last, texts of exceptions included; returns what ends it."""
    # Into the same list: loggers that have spoken already have taken hold of it.
    processors = cast("list[Processor]", structlog.get_config()["processors"])
    processors.insert(len(processors) - 1, step)
    return lambda: processors.remove(step)


def mask_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace secrets by key name, and by shape inside any text."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _SECRET_VALUE.sub("***", value)
    return event
