"""What is told from the name of a model."""

import pytest

from cadre.engine.models.wires.anthropic.claude import Traits, traits_of


@pytest.mark.parametrize(
    ("model", "thinking", "takes_sampling", "takes_format"),
    [
        ("claude-2.1", "none", True, False),
        ("claude-3-opus-20240229", "none", True, False),
        ("claude-3-5-sonnet-20241022", "none", True, False),
        ("claude-3-7-sonnet-20250219", "budget", True, False),
        ("claude-opus-4-20250514", "budget", True, False),
        ("claude-opus-4-1-20250805", "budget", True, False),
        ("claude-haiku-4-5", "budget", True, True),
        ("claude-sonnet-4-6", "adaptive", True, True),
        ("claude-opus-4-7", "adaptive", False, True),
        ("claude-sonnet-5", "adaptive", False, True),
        ("claude-mythos-preview", "adaptive", False, True),
        ("anthropic/claude-opus-5.5", "adaptive", False, True),
        ("claude-sonnet-latest", "adaptive", False, True),
    ],
)
def test_the_number_in_the_name_says_what_is_taken(
    model: str, thinking: str, takes_sampling: bool, takes_format: bool
):
    traits = traits_of(model)

    assert traits.thinking == thinking
    assert traits.takes_sampling == takes_sampling
    assert traits.takes_format == takes_format


@pytest.mark.parametrize(
    ("model", "off", "takes_forced_calls"),
    [
        ("claude-opus-5", "disabled", True),
        ("claude-haiku-5-5", "disabled", True),
        ("claude-sonnet-5-5", "between_tools", False),
        ("claude-opus-5-5", None, False),
        ("claude-fable-5", None, False),
    ],
)
def test_how_thinking_is_stopped_differs(model: str, off: str | None, takes_forced_calls: bool):
    traits = traits_of(model)

    assert traits.off == off
    assert traits.takes_forced_calls == takes_forced_calls


def test_a_model_that_is_not_claude_gets_what_the_wire_always_knew():
    assert traits_of("deepseek-chat") == Traits()
