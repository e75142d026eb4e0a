"""A model server that says what a script says, on OpenAI's wire, with delays and faults.

In a test: `async with ScriptedServer() as server: server.say(Reply(text="hello"))`.
As a process: `python -m tests.engine.models.scripted_server --port N --script file.json`,
where the file holds `{"models": [...], "replies": [{...fields of Reply...}]}`.

A reply is taken once unless it says `times` (0: any number); one with `when` answers only
if that text is in the last message.
"""

import argparse
import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from aiohttp import web

Fault = Literal[
    "hang",  # say nothing more, keep the connection
    "close",  # hang up
    "half_character",  # hang up in the middle of a UTF-8 character
    "invalid_json",
    "error_chunk",
    "no_done",  # a good answer without [DONE]
    "html",  # 200 with a web page
]


@dataclass
class Reply:
    """One answer. `fault` happens after `fault_after` chunks of it."""

    text: str = ""
    reasoning: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stop: str | None = None
    usage: dict[str, Any] | None = field(
        default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20}
    )
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    error: dict[str, Any] | str | None = None
    delay_seconds: float = 0.0
    chunk_delay_seconds: float = 0.0
    chunk_characters: int = 8
    write_bytes: int = 0  # split what is sent into pieces of this size
    line_end: str = "\n"
    comments: bool = False
    fault: Fault | None = None
    fault_after: int = 0
    when: str | None = None
    times: int = 1


def call(name: str, arguments: dict[str, Any] | str, call_id: str | None = None) -> dict[str, Any]:
    """A tool call for `Reply.calls`."""
    return {"name": name, "arguments": arguments, "id": call_id}


class ScriptedServer:
    """Keeps the bodies it was sent in `requests`, and how many clients hung up early."""

    def __init__(self, *replies: Reply, models: list[str] | None = None, port: int = 0) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.models = models if models is not None else ["scripted"]
        self.peers: list[Any] = []
        self.hung_up = asyncio.Event()
        self.answering = asyncio.Event()
        self._replies = list(replies)
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def say(self, *replies: Reply) -> None:
        self._replies += replies

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        reply = self._take("GET /models", only_matching=True)
        if reply is not None:
            return _error(reply)
        return web.json_response({"object": "list", "data": [{"id": m} for m in self.models]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.peers.append(
            request.transport.get_extra_info("peername") if request.transport else None
        )
        self.headers.append(dict(request.headers))
        reply = self._take(_last_text(body))
        if reply is None:
            return web.json_response({"error": {"message": "the script has ended"}}, status=400)
        try:
            await asyncio.sleep(reply.delay_seconds)
            if reply.status != 200:
                return _error(reply)
            if reply.fault == "html":
                return web.Response(text="<h1>Welcome</h1>", content_type="text/html")
            return await self._stream(request, body, reply)
        except (asyncio.CancelledError, ConnectionResetError):
            self.hung_up.set()
            raise

    def _take(self, last: str, *, only_matching: bool = False) -> Reply | None:
        for reply in self._replies:
            is_meant = reply.when in last if reply.when is not None else not only_matching
            if is_meant:
                if reply.times == 1:
                    self._replies.remove(reply)
                elif reply.times > 1:
                    reply.times -= 1
                return reply
        return None

    async def _stream(
        self, request: web.Request, body: dict[str, Any], reply: Reply
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        chunks = _chunks(body["model"], reply)
        for number, chunk in enumerate(chunks):
            if reply.fault and number == reply.fault_after and reply.fault != "no_done":
                await self._fail(request, response, reply.fault)
                return response
            await self._write(response, reply, f"data: {json.dumps(chunk, ensure_ascii=False)}")
            self.answering.set()
            if reply.chunk_delay_seconds:
                await asyncio.sleep(reply.chunk_delay_seconds)
        if reply.fault and reply.fault != "no_done":
            await self._fail(request, response, reply.fault)
        elif reply.fault != "no_done":
            await self._write(response, reply, "data: [DONE]")
        return response

    async def _write(self, response: web.StreamResponse, reply: Reply, line: str) -> None:
        comment = f": still here{reply.line_end}" if reply.comments else ""
        data = f"{comment}{line}{reply.line_end * 2}".encode()
        size = reply.write_bytes or len(data)
        for start in range(0, len(data), size):
            await response.write(data[start : start + size])
            if reply.write_bytes:
                await asyncio.sleep(0)

    async def _fail(self, request: web.Request, response: web.StreamResponse, fault: Fault) -> None:
        match fault:
            case "hang":
                await asyncio.Event().wait()
            case "invalid_json":
                await response.write(b"data: {not json\n\n")
            case "error_chunk":
                error = {"error": {"message": "The server is overloaded", "type": "server_error"}}
                await response.write(f"data: {json.dumps(error)}\n\n".encode())
            case _:
                if fault == "half_character":
                    half = 'data: {"choices":[{"index":0,"delta":{"content":"é'.encode()[:-1]
                    await response.write(half)
                assert request.transport is not None
                await asyncio.sleep(0.01)
                request.transport.close()


def _chunks(model: str, reply: Reply) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    size = reply.chunk_characters
    deltas += [{"reasoning_content": part} for part in _parts(reply.reasoning, size)]
    deltas += [{"content": part} for part in _parts(reply.text, size)]
    for index, wanted in enumerate(reply.calls):
        deltas += _call_deltas(index, wanted, size)
    chunks = [_chunk(model, delta, None) for delta in deltas]
    stop = reply.stop or ("tool_calls" if reply.calls else "stop")
    chunks.append(_chunk(model, {}, stop))
    if reply.usage is not None:
        total = sum(v for v in reply.usage.values() if isinstance(v, int))
        usage = {"total_tokens": total, **reply.usage}
        chunks.append({**_chunk(model, {}, None), "choices": [], "usage": usage})
    return chunks


def _call_deltas(index: int, wanted: dict[str, Any], size: int) -> list[dict[str, Any]]:
    arguments = wanted.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    call_id = wanted.get("id") or f"call_{index}"
    first = {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": wanted["name"], "arguments": ""},
    }
    rest = [{"index": index, "function": {"arguments": part}} for part in _parts(text, size)]
    return [{"tool_calls": [delta]} for delta in [first, *rest]]


def _chunk(model: str, delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


def _parts(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _last_text(body: dict[str, Any]) -> str:
    content = body["messages"][-1].get("content") or ""
    return content if isinstance(content, str) else json.dumps(content)


def _error(reply: Reply) -> web.Response:
    error = reply.error if reply.error is not None else {"message": f"status {reply.status}"}
    if isinstance(error, str):
        return web.Response(text=error, status=reply.status, headers=reply.headers)
    return web.json_response({"error": error}, status=reply.status, headers=reply.headers)


async def _serve(port: int, script: dict[str, Any]) -> None:
    replies = [Reply(**reply) for reply in script.get("replies", [])]
    async with ScriptedServer(*replies, models=script.get("models"), port=port) as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", type=Path, required=True)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options.port, json.loads(options.script.read_text())))


if __name__ == "__main__":
    main()
