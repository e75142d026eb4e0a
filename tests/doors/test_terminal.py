"""At a terminal `cadre run` shows the exact call, takes the answer, and Ctrl-C ends the run."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.doors.server import CADRE, Server
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

COMMAND = {"command": "echo hello > said.txt && cat said.txt"}


@dataclass
class Terminal:
    """A command whose input is a terminal; `screen` is what it has printed."""

    process: asyncio.subprocess.Process
    keyboard: int
    screen: str = ""

    def type(self, line: str) -> None:
        os.write(self.keyboard, f"{line}\n".encode())

    async def until(self, text: str) -> None:
        """Read on until `text` is on the screen."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while text not in self.screen:
                chunk = await self.process.stdout.read(4096)
                assert chunk, f"{text!r} never came:\n{self.screen}"
                self.screen += chunk.decode()

    async def exit_code(self) -> int:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            self.screen += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@asynccontextmanager
async def terminal(server: Server, *arguments: str) -> AsyncGenerator[Terminal]:
    keyboard, seat = os.openpty()
    process = await asyncio.create_subprocess_exec(
        CADRE,
        *arguments,
        env=server.variables(),
        cwd=server.home.parent,
        stdin=seat,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    os.close(seat)
    try:
        yield Terminal(process, keyboard)
    finally:
        os.close(keyboard)
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_exact_call_is_shown_and_carried_out_when_approved(
    scripted: Server, model: ScriptedServer
):
    model.say(Reply(calls=[call("shell", COMMAND)]), Reply(text="It said hello."))

    async with terminal(scripted, "run", "Say hello by shell.") as screen:
        await screen.until("[e]dit")
        assert COMMAND["command"] in screen.screen
        screen.type("a")
        code = await screen.exit_code()

    assert code == 0
    assert "✓ shell" in screen.screen
    assert screen.screen.count("It said hello.") == 1


async def test_a_denied_call_is_not_carried_out(scripted: Server, model: ScriptedServer):
    model.say(Reply(calls=[call("shell", COMMAND)]), Reply(text="Then not."))

    async with terminal(scripted, "run", "Say hello by shell.") as screen:
        await screen.until("[e]dit")
        screen.type("d")
        await screen.until("why")
        screen.type("too loud")
        code = await screen.exit_code()

    assert code == 0
    assert "✓ shell" not in screen.screen
    assert "too loud" in str(model.requests[-1])


async def test_an_edited_call_is_carried_out_as_edited(scripted: Server, model: ScriptedServer):
    model.say(Reply(calls=[call("shell", COMMAND)]), Reply(text="Done."))

    async with terminal(scripted, "run", "Say hello by shell.") as screen:
        await screen.until("[e]dit")
        screen.type("e")
        await screen.until("as JSON")
        screen.type('{"command": "echo softly"}')
        code = await screen.exit_code()

    assert code == 0
    assert "softly" in str(model.requests[-1])


async def test_control_c_cancels_the_run(scripted: Server, model: ScriptedServer):
    model.say(Reply(text="word " * 2000, chunk_delay_seconds=0.05))

    async with terminal(scripted, "run", "Talk.") as screen:
        await screen.until("word")
        screen.process.send_signal(signal.SIGINT)
        code = await screen.exit_code()
    _, listed, _ = await scripted.cadre("runs", "list")

    assert code == 130
    assert "Traceback" not in screen.screen
    assert "cancelled" in listed
    await asyncio.wait_for(model.hung_up.wait(), 5)


async def test_control_c_without_a_server_cancels_the_run_too(
    scripted: Server, model: ScriptedServer
):
    await scripted.stop()
    model.say(Reply(text="word " * 2000, chunk_delay_seconds=0.05))

    async with terminal(scripted, "run", "Talk.") as screen:
        await screen.until("word")
        screen.process.send_signal(signal.SIGINT)
        code = await screen.exit_code()
    _, listed, _ = await scripted.cadre("runs", "list")

    assert code == 130
    assert "Traceback" not in screen.screen
    assert "cancelled" in listed
