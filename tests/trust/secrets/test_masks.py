"""Masks: what an org may be shown, as JSON and in pieces."""

import base64
import json
from collections.abc import Callable

import pytest

from cadre.trust.secrets import Frames, Redactor
from cadre.trust.secrets.masks import Pieces

VALUE = 'planted-Zx81"qu\\ote-77'


def knowing(value: str = VALUE, org: str | None = "org_acme") -> Redactor:
    redactor = Redactor()
    redactor.know("door", value, org)
    return redactor


def test_an_org_is_masked_by_its_own_values_and_the_installations_only():
    redactor = knowing("value-of-acme")
    redactor.know("mail", "value-of-globex", "org_globex")
    redactor.know("openai", "value-of-all")
    said = "value-of-acme value-of-globex value-of-all"

    assert redactor.of("org_acme").mask(said) == "[secret door] value-of-globex [secret openai]"
    assert redactor.of(None).mask(said) == "value-of-acme value-of-globex [secret openai]"
    assert redactor.redact(said) == "[secret door] [secret mail] [secret openai]"


def test_the_same_value_of_two_orgs_is_forgotten_for_one_and_kept_for_the_other():
    redactor = Redactor(most=2)
    redactor.know("a", "the-same-value", "org_acme")
    redactor.know("b", "the-same-value", "org_globex")
    redactor.know("c", "another-value", "org_globex")

    assert redactor.of("org_acme").mask("the-same-value") == "the-same-value"
    assert redactor.of("org_globex").mask("the-same-value") == "[secret b]"
    assert "the-same" not in redactor.redact("the-same-value")
    assert redactor.forgotten("org_acme") == 1


def test_a_long_value_is_masked_where_it_was_cut():
    value = "".join(f"{number:x}-planted." for number in range(40))
    masks = knowing(value).of("org_acme")

    assert masks.mask(value) == "[secret door]"
    assert len(masks.mask(value[:100]).replace("[secret door]", "")) < 8


@pytest.mark.parametrize("before", ["", "a", "ab", "user:", "x" * 17])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_more_than_the_value_is_masked(before: str, encode: Callable[[bytes], bytes]):
    value = "planted-?>?>-0123456789"
    said = encode(f"{before}{value} and more".encode()).decode()

    masked = knowing(value).of("org_acme").mask(f"Basic {said}")

    assert "[secret door]" in masked
    left = masked.partition("[secret door]")
    assert len(left[0]) + len(left[2]) < len(said) - len(value) + 12


def test_json_stays_json_and_what_is_not_in_it_stays_as_it_is():
    masks = knowing().of("org_acme")
    clean = '{"b":1,  "a": 2}'
    said = json.dumps({"text": VALUE, VALUE: [VALUE, {"arguments": json.dumps({"x": VALUE})}]})

    assert masks.mask_json(clean) is clean
    masked = json.loads(masks.mask_json(said))

    assert masked["text"] == "[secret door]"
    assert json.loads(masked["[secret door]"][1]["arguments"]) == {"x": "[secret door]"}


def test_a_value_that_is_a_number_or_a_name_of_a_field_leaves_json_readable():
    redactor = knowing("17644412")
    redactor.know("word", "arguments", "org_acme")
    masks = redactor.of("org_acme")
    said = '{"at":1764441234.5,"pin":17644412,"arguments":"my arguments"}'

    assert json.loads(masks.mask_json(said)) == {
        "at": 1764441234.5,
        "pin": "[secret door]",
        "arguments": "my [secret word]",
    }


@pytest.mark.parametrize("size", range(1, 12))
def test_a_text_in_pieces_shows_no_part_of_a_value(size: int):
    masks = knowing("planted-value-of-some-length").of("org_acme")
    said = "It is planted-value-of-some-length, not planted-value-of-another. plan"
    pieces = Pieces(masks)

    shown = [pieces.feed(said[at : at + size]) for at in range(0, len(said), size)]

    assert "".join(shown) == "It is [secret door], not planted-value-of-another. "


def test_frames_hold_back_what_may_become_a_value():
    frames = Frames(knowing("planted-value").of("org_acme"))

    assert frames.mask({"type": "text.delta", "text": "plan"}) is None
    assert frames.mask({"type": "reasoning.delta", "text": "s"}) == {
        "type": "reasoning.delta",
        "text": "s",
    }
    assert frames.mask({"type": "text.delta", "text": "ted-value!"}) == {
        "type": "text.delta",
        "text": "[secret door]!",
    }
    started = {"type": "call.delta", "index": 0, "id": "c", "name": "send", "arguments": '{"a":"'}
    assert frames.mask(started) == started
    more = {"type": "call.delta", "index": 0, "id": "", "name": "", "arguments": "planted-value"}
    assert frames.mask(more) == {**more, "arguments": "[secret door]"}
    other = {"type": "progress", "text": "planted-value", "of": ["planted-value"]}
    assert frames.mask(other) == {
        "type": "progress",
        "text": "[secret door]",
        "of": ["[secret door]"],
    }


def test_with_no_value_known_nothing_is_held_back_or_copied():
    redactor = Redactor()
    frame = {"type": "text.delta", "text": "planted"}

    assert Frames(redactor.of("org_acme")).mask(frame) is frame
