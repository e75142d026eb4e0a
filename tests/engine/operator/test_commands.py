"""Commands about files: which tools they call, with which arguments."""

import json

import pytest

from tests.engine.operator.conversation_of import Talk

FILES = {
    "Makefile": "help:\n\techo\ntest:\n\tpython3 -m unittest\n",
    "notes/todo.md": "- ask Ada\n- pay Bob\n",
    "app.log": "INFO a\nERROR b\n",
    "old notes.txt": "old\n",
}


def answer_from(files: dict[str, str]):
    """Answers as the real tools would, from a dictionary of files."""

    def answer(name: str, arguments: dict[str, object]) -> tuple[str, bool]:
        if name == "list_files":
            lines = [f"{len(text):>8} B  2026-11-17 10:00  {path}" for path, text in files.items()]
            return "\n".join(lines) + f"\n\n{len(files)} files, 1 kB.", False
        if name == "read_file":
            return files.get(str(arguments["path"]), "There is no such file."), False
        return f"{name} was done", False

    return answer


def last(talk: Talk) -> tuple[str, dict[str, object]]:
    name, arguments = talk.calls[-1]
    return name, json.loads(arguments)


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("show the Makefile", "read_file", {"path": "Makefile"}),
        ("open todo.md", "read_file", {"path": "notes/todo.md"}),
        ("the first line of app.log", "read_file", {"path": "app.log", "end_line": 1}),
        ("run the tests", "shell", {"command": "make test"}),
        ("run `ls -la`", "shell", {"command": "ls -la"}),
        ("$ echo hello", "shell", {"command": "echo hello"}),
        ("python: print(1)", "python", {"code": "print(1)"}),
        ("```python\nprint(2)\n```", "python", {"code": "print(2)"}),
        ("fetch https://example.org/a.", "http_get", {"url": "https://example.org/a"}),
        ("delete old notes.txt", "shell", None),
        ('delete "old notes.txt"', "shell", {"command": "rm -- 'old notes.txt'"}),
        (
            "rename app.log to app-1.log",
            "shell",
            {"command": "mv --no-clobber -- app.log app-1.log"},
        ),
        ("copy app.log to b.log", "shell", {"command": "cp --no-clobber -- app.log b.log"}),
        (
            "create ideas.txt saying buy lamps",
            "write_file",
            {"path": "ideas.txt", "content": "buy lamps\n"},
        ),
        ("write hello to hi.txt", "write_file", {"path": "hi.txt", "content": "hello\n"}),
        (
            "append - call Carl to notes/todo.md",
            "write_file",
            {"path": "notes/todo.md", "content": "- ask Ada\n- pay Bob\n- call Carl\n"},
        ),
        (
            "replace Ada with Grace in todo.md",
            "patch_file",
            {"path": "notes/todo.md", "search": "Ada", "replace": "Grace", "all": True},
        ),
        (
            "find ERROR in app.log",
            "search_files",
            {"pattern": "ERROR", "limit": 60, "ignore_case": False, "glob": "app.log"},
        ),
    ],
)
async def test_a_command_becomes_its_call(
    said: str, name: str, arguments: dict[str, object] | None
):
    talk = Talk(answer_from(FILES))

    await talk.say(said)

    if arguments is None:  # an unquoted name with a space is asked about, not guessed
        assert talk.names == ["list_files"]
    else:
        assert last(talk) == (name, arguments)


async def test_a_file_that_exists_is_only_replaced_after_a_yes():
    talk = Talk(answer_from(FILES))

    assert "exists already" in await talk.say("create app.log saying nothing")
    assert talk.names == ["list_files"]

    await talk.say("yes")
    assert last(talk) == ("write_file", {"path": "app.log", "content": "nothing\n"})


async def test_a_rename_never_lands_on_another_file():
    talk = Talk(answer_from(FILES))

    assert "exists already" in await talk.say("rename app.log to Makefile")
    assert talk.names == ["list_files"]


async def test_words_before_a_file_are_a_question_and_no_conversion():
    talk = Talk(answer_from(FILES))

    answer = await talk.say("total visits in visits.csv")

    assert "total visits" not in answer
    assert "python" not in talk.names


async def test_a_file_that_is_not_there_is_asked_about():
    talk = Talk(answer_from(FILES))

    assert "There is no file “report.md”" in await talk.say("show report.md")


async def test_what_changed_is_told_by_the_clock():
    talk = Talk(answer_from(FILES))

    assert "4 of 4 files changed since yesterday" in await talk.say("what changed since yesterday")
    assert "No file changed today" in await talk.say("which files were modified today")


async def test_a_refused_call_is_reported_and_not_repeated():
    def refuse(name: str, arguments: dict[str, object]) -> tuple[str, bool]:
        files = answer_from(FILES)
        return ("Denied by Ada: not now.", True) if name == "shell" else files(name, arguments)

    talk = Talk(refuse)

    assert "Denied by Ada: not now." in await talk.say("delete app.log")
    assert talk.names == ["list_files", "shell"]


async def test_a_tool_that_the_agent_lacks_is_named():
    talk = Talk(answer_from(FILES), offered="list_files read_file")

    assert "needs the tool `shell`" in await talk.say("run `ls`")


async def test_help_names_only_what_the_agent_can_do():
    talk = Talk(answer_from(FILES), offered="list_files")

    answer = await talk.say("help")

    assert "not a language model" in answer
    assert "the ten largest files" in answer
    assert "draw charts" not in answer


@pytest.mark.parametrize(
    "said", ["write me a poem about the sea", "who are you?", "are you an AI?"]
)
async def test_it_says_that_it_is_no_language_model(said: str):
    assert "not a language model" in await Talk(answer_from({})).say(said)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("what is 15% of 2400", "**360**"),
        ("2 + 3 * 4", "**14**"),
        ("(1,200 - 200) / 8", "**125**"),
        ("2 to the power of 10", "**1,024**"),
        ("12 divided by 5", "**2.4**"),
        ("1 / 0", "divides by zero"),
        ("0.1 + 0.2", "**0.3**"),
    ],
)
async def test_arithmetic_is_exact(said: str, value: str):
    assert value in await Talk(answer_from({})).say(said)
