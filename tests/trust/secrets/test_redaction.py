"""Redaction: a value that is known leaves in no form that it usually takes."""

import base64
import io
import json
import logging
import sys
from urllib.parse import quote

import pytest
import structlog

from cadre.infra.telemetry import configure_logs, get_logger, mask_in_logs
from cadre.trust.secrets import Redactor

VALUE = 'pa"ss wörd/12345'


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps({"it": VALUE}),
        json.dumps({"it": VALUE}, ensure_ascii=False),
        "https://x.example/?q=" + quote(VALUE, safe=""),
        "Basic " + base64.b64encode(VALUE.encode()).decode(),
    ],
)
def test_a_value_is_masked_in_every_form(form: str):
    redactor = Redactor()
    redactor.know("door", VALUE)

    masked = redactor.redact(form)

    assert "[secret door]" in masked
    assert "12345" not in masked
    assert "cGEic" not in masked


def test_the_lines_of_a_key_file_are_masked_one_by_one():
    redactor = Redactor()
    redactor.know("pem", "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nAQEFAASCBKcwggSjAgEA\n")

    assert redactor.redact("grep: AQEFAASCBKcwggSjAgEA") == "grep: [secret pem]"


def test_the_longer_of_two_values_goes_first():
    redactor = Redactor()
    redactor.know("short", "abcdefgh")
    redactor.know("long", "abcdefgh-and-more")

    assert redactor.redact("abcdefgh-and-more abcdefgh") == "[secret long] [secret short]"


def test_a_short_value_does_not_mask_words():
    redactor = Redactor()
    redactor.know("pin", "user")

    assert redactor.redact("the user is here") == "the user is here"


def test_structures_are_masked_inside():
    redactor = Redactor()
    redactor.know("token", "known-value")

    masked = redactor.redact_all({"a": ["x known-value", 1, {"known-value": None}], "b": True})

    assert masked == {"a": ["x [secret token]", 1, {"[secret token]": None}], "b": True}


def test_thousands_of_values_are_all_found_and_the_oldest_are_forgotten():
    redactor = Redactor(most=5000)
    values = [f"{number:08d}-value" for number in range(7000)]
    for number, value in enumerate(values):
        redactor.know(f"s{number}", value)

    masked = redactor.redact(" ".join(values[-1000:]))

    assert masked == " ".join(f"[secret s{number}]" for number in range(6000, 7000))
    assert redactor.redact(values[0]) == values[0]


def test_a_value_that_is_used_is_not_the_one_that_is_forgotten():
    redactor = Redactor(most=5000)
    redactor.know("kept", "the-kept-value")
    for number in range(5000):
        redactor.know(f"s{number}", f"{number:08d}-value")
        if number % 1000 == 0:
            redactor.know("kept", "the-kept-value")

    encoded = base64.b64encode(b"the-kept-value").decode()
    assert redactor.redact(f"the-kept-value {encoded}") == "[secret kept] [secret kept]="
    assert redactor.redact("00000000-value") == "00000000-value"


def test_log_lines_are_masked_with_their_exceptions(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure_logs("json")
    redactor = Redactor()
    redactor.know("token", "known-value")
    log = get_logger("early")
    log.info("before")
    end = mask_in_logs(redactor.process)
    try:
        log.info("line known-value", places=["known-value"], number=3)
        try:
            raise ValueError("of known-value")
        except ValueError as error:
            log.exception("failed", error=repr(error))
    finally:
        end()
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()

    assert "known-value" not in out.getvalue()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[1]["event"] == "line [secret token]"
    assert lines[1]["number"] == 3
    assert "ValueError: of [secret token]" in lines[2]["exception"]
