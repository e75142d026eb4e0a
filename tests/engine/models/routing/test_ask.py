"""What routing knows of a call, derived from the request and from who makes it."""

from typing import Any

import pytest

from cadre.engine.models.routing import Ask, ask_of
from cadre.kernel.messages import (
    AnswerFormat,
    AssistantMessage,
    AudioPart,
    DocumentPart,
    ImagePart,
    Message,
    ModelRequest,
    Part,
    SystemMessage,
    TextPart,
    ToolCall,
    ToolMessage,
    ToolSpec,
    UserMessage,
)
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Spender

TOOL = ToolSpec(name="look", description="Look.", parameters={"type": "object"})


def user(*parts: Part | str) -> UserMessage:
    given = [TextPart(text=part) if isinstance(part, str) else part for part in parts]
    return UserMessage(parts=given)


def ask(scope: Scope, *messages: Message, **more: Any) -> Ask:
    request = ModelRequest(model="auto", messages=list(messages), **more)
    return ask_of(request, Spender(scope, agent="analyst", via="gateway"))


def test_an_ask_says_what_the_request_holds(scope: Scope):
    found = ask(
        scope,
        SystemMessage(text="Be brief."),
        user("first"),
        AssistantMessage(text="yes", calls=[ToolCall(id="1", name="look", arguments="{}")]),
        ToolMessage(call_id="1", name="look", text="seen"),
        user("and", ImagePart(blob="sha256:1", media_type="image/png"), "now"),
        tools=[TOOL],
        answer_format=AnswerFormat(),
        reasoning_effort="low",
        max_tokens=50,
    )

    assert (found.messages, found.tools, found.max_tokens) == (5, 1, 50)
    assert (found.has_images, found.has_documents, found.has_audio) == (True, False, False)
    assert (found.wants_json, found.wants_reasoning) == (True, True)
    assert found.text == "and\nnow"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (ImagePart(blob="b", media_type="image/png"), "has_images"),
        (DocumentPart(blob="b", media_type="application/pdf"), "has_documents"),
        (AudioPart(blob="b", media_type="audio/wav"), "has_audio"),
    ],
)
def test_an_attachment_of_any_turn_counts(scope: Scope, part: Part, field: str):
    assert getattr(ask(scope, user(part), user("later")), field)
    assert not getattr(ask(scope, user("later")), field)


def test_tokens_are_a_quarter_of_the_bytes_and_attachments_flat(scope: Scope):
    empty = ask(scope, user("")).tokens

    assert ask(scope, user("x" * 400)).tokens - empty == 100
    assert ask(scope, user("é" * 400)).tokens - empty == 200
    image = ImagePart(blob="b", media_type="image/png")
    assert ask(scope, user("", image)).tokens - empty == 1_000


def test_an_ask_says_on_whose_account_it_is(scope: Scope):
    found = ask(scope, user("hello"))

    assert (found.org, found.project, found.environment) == ("org_acme", "prj_default", "dev")
    assert (found.principal_kind, found.principal_id) == ("user", "usr_acme")
    assert (found.agent, found.via) == ("analyst", "gateway")


def test_the_text_is_cut_and_half_characters_do_not_break_a_condition(scope: Scope):
    found = ask(scope, user("\udc80" + "x" * 10_000))

    assert len(found.text) == 4_000
    assert found.text.isascii()


def test_no_effort_is_no_wish_to_reason(scope: Scope):
    assert not ask(scope, user("a"), reasoning_effort="none").wants_reasoning


def test_conditions_get_the_fields_that_they_read_and_no_others():
    found = Ask(tokens=7, org="org_acme", agent="a")

    assert found.variables({"request.tokens", "agent"}) == {"request": {"tokens": 7}, "agent": "a"}
    assert found.variables({"request.max_tokens"}) == {"request": {"max_tokens": 0}}
    assert set(found.variables({"scope"})["scope"]) == {
        "org",
        "project",
        "environment",
        "principal_kind",
        "principal_id",
    }
