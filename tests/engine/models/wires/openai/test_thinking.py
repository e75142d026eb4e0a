"""The splitter of inlined reasoning never loses or moves a character, wherever text is cut."""

from hypothesis import given
from hypothesis import strategies as st

from cadre.engine.models.wires.openai.thinking import ThinkingSplitter

_TEXTS = st.text(alphabet="<>/think \nab", max_size=60)
_CUTS = st.lists(st.integers(min_value=1, max_value=7), max_size=80)


def _split(text: str, sizes: list[int]) -> tuple[str, str]:
    splitter, thoughts, answers, start = ThinkingSplitter(), "", "", 0
    for size in [*sizes, len(text) + 1]:
        thought, answer = splitter.feed(text[start : start + size])
        thoughts, answers, start = thoughts + thought, answers + answer, start + size
    thought, answer = splitter.close()
    return thoughts + thought, answers + answer


@given(_TEXTS, _CUTS)
def test_where_the_text_is_cut_changes_nothing(text: str, sizes: list[int]):
    assert _split(text, sizes) == _split(text, [])


@given(_TEXTS, _TEXTS, _CUTS)
def test_thoughts_and_answer_are_what_the_tags_say(thought: str, answer: str, sizes: list[int]):
    thought = thought.replace("</think>", "")
    text = f"<think>{thought}</think>{answer}"
    if "</think>" in thought:
        return

    assert _split(text, sizes) == (thought, answer.lstrip("\n"))


@given(_TEXTS, _CUTS)
def test_text_that_does_not_begin_with_the_tag_is_the_answer(text: str, sizes: list[int]):
    if not text.lstrip().startswith("<think>"):
        assert _split(text, sizes) == ("", text)
