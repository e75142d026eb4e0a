"""Code in the sandbox, as tools need it: the workspace's limits, live output, sentences for ends."""

import codecs
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from cadre.engine.sandbox import READ_ONLY_ROOT, Command, Killed, Limits, Result
from cadre.engine.tools.tool import ToolContext, ToolFailed
from cadre.kernel.messages import Json

_PROGRAMS = Path(__file__).parent / "programs"
_START = (
    f"import sys; sys.path.insert(0, {READ_ONLY_ROOT!r}); "
    f"from {_PROGRAMS.name}.{{program}} import main; main()"
)
SCRIPT_RUNNER = f"{READ_ONLY_ROOT}/{_PROGRAMS.name}/script.py"
_SENTENCES: Mapping[Killed, str] = {
    "wall_time": "It took longer than {limits.wall_seconds:g} seconds and was stopped.",
    "cpu": "It used more than {limits.cpu_seconds:g} seconds of processor time and was stopped.",
    "memory": "It needed more than {memory} MB of memory and was stopped.",
    "processes": "It started more than {limits.processes} processes and was stopped.",
    "disk": "It wrote more than {disk} MB (or a single file that is too large) and was stopped.",
    "output": "It printed more than {output} MB and was stopped.",
    "cancelled": "It was cancelled.",
}


async def run_program(
    context: ToolContext, program: str, request: dict[str, Json], limits: Limits
) -> dict[str, Json]:
    """Run one of cadre's own programs over the workspace, which it can only read."""
    result = await context.sandbox.run(
        Command(
            argv=("python", "-I", "-c", _START.format(program=program)),
            workspace=context.workspace.root,
            stdin=json.dumps(request).encode(),
            limits=limits,
            read_only_binds=(_PROGRAMS,),
            is_workspace_read_only=True,
        )
    )
    if result.killed is not None:
        raise ToolFailed(why_killed(result.killed, limits))
    try:
        answer: Json = json.loads(result.stdout)
    except ValueError as error:
        said = result.stderr.decode(errors="replace").strip()[-600:]
        raise ToolFailed(f"`{program}` broke off (exit code {result.exit_code}). {said}") from error
    if not isinstance(answer, dict):
        raise ToolFailed(f"`{program}` gave no answer.")
    answers = cast("dict[str, Json]", answer)
    if "error" in answers:
        raise ToolFailed(str(answers["error"]))
    return answers


async def run_code(
    context: ToolContext, argv: tuple[str, ...], *, stdin: bytes = b"", limits: Limits
) -> Result:
    """Run a command that may change the workspace, showing its output as it comes."""
    room = context.workspace.quota_bytes - await context.workspace.usage()
    bounded = replace(limits, disk_bytes=max(0, min(limits.disk_bytes, room)))
    return await context.sandbox.run(
        Command(
            argv=argv,
            workspace=context.workspace.root,
            stdin=stdin,
            limits=bounded,
            on_output=_shown(context.emit),
            read_only_binds=(_PROGRAMS,),
        )
    )


def why_killed(killed: Killed, limits: Limits) -> str:
    """One sentence for the model."""
    return _SENTENCES[killed].format(
        limits=limits,
        memory=limits.memory_bytes >> 20,
        disk=limits.disk_bytes >> 20,
        output=limits.output_bytes >> 20,
    )


def _shown(emit: Callable[[dict[str, Json]], None]) -> Callable[[bytes], None]:
    """Decode pieces that may end in the middle of a character."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def show(chunk: bytes) -> None:
        text = decoder.decode(chunk)
        if text:
            emit({"type": "output.delta", "text": text})

    return show
