"""Small things that become large ones, and names that lead out of where they belong."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from tests.doors.attacks.people import without_haste
from tests.doors.attacks.raw import send_raw
from tests.doors.server import Server, is_over, until
from tests.engine.models.scripted_server import Reply, ScriptedServer

MEGABYTE = 1_000_000
BOMB_BYTES = 400 * MEGABYTE
# What a server may take for a moment to find out that it is being bombed.
MOST_BYTES = 150 * MEGABYTE


@pytest.fixture(scope="module")
async def asked() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as model:
        model.say(Reply(text="I see.", times=0))
        yield model


@pytest.fixture(scope="module")
async def here(
    tmp_path_factory: pytest.TempPathFactory, asked: ScriptedServer
) -> AsyncIterator[Server]:
    environment = {
        "OPENAI_API_KEY": "sk-test-0123456789",
        "OPENAI_BASE_URL": asked.base_url,
        "CADRE_IMPORT_MEGABYTES": "20",
        "CADRE_UPLOAD_MEGABYTES": "20",
    }
    server = Server(tmp_path_factory.mktemp("bombs") / "home", environment)
    await server.start()
    async with server.signed_in() as owner:
        await without_haste(owner)
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def packed() -> bytes:
    """400 MB of spaces, which JSON lets stand anywhere."""
    return gzip.compress(b" " * BOMB_BYTES, 1)


def memory(server: Server) -> int:
    """The most that the server has had by now, which only ever grows."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def disk(server: Server) -> int:
    return sum(path.stat().st_size for path in server.home.rglob("*") if path.is_file())


def strays(server: Server) -> list[Path]:
    """What was meant to lie elsewhere than in a workspace, and does."""
    inside = server.home / "workspaces"
    found = [path for path in server.home.parent.rglob("*evil*") if inside not in path.parents]
    return found + [path for path in (Path("/tmp/evil"), Path("/etc/evil")) if path.exists()]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/conversations",
        "/api/v1/session",
        "/api/v1/conversations/{conversation}/files",
        "/v1/chat/completions",
        "/v1/messages",
        "/v1beta/models/default:generateContent",
        "/v1/audio/transcriptions",
        "/api/v1/orgs/archives/files",
    ],
)
async def test_what_is_packed_is_not_unpacked_into_memory(here: Server, packed: bytes, path: str):
    async with here.signed_in() as owner:
        key = (await owner.post("/api/v1/keys", json={"name": "bomber"})).json()["key"]
        made = (await owner.post("/api/v1/conversations", json={})).json()["id"]
        before = memory(here)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        if path.startswith("/v1"):
            headers["Authorization"] = f"Bearer {key}"
        answer = await owner.post(path.format(conversation=made), content=packed, headers=headers)
        alive = await owner.get("/api/v1/health")

    assert 400 <= answer.status_code < 500, answer.text
    assert memory(here) - before < MOST_BYTES
    assert alive.status_code == 200


@pytest.mark.parametrize(
    ("path", "megabytes"), [("/api/v1/keys", 5), ("/v1/chat/completions", 300)]
)
async def test_a_body_without_an_end_is_cut_off(here: Server, path: str, megabytes: int):
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"name": "'
        for _ in range(megabytes):
            yield b"x" * MEGABYTE

    async with here.signed_in() as owner:
        key = (await owner.post("/api/v1/keys", json={"name": "bomber"})).json()["key"]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(base_url=here.url, headers=headers, timeout=60) as client:
        try:
            status = (await client.post(path, content=endless())).status_code
        except httpx2.TransportError:  # hung up on while it was still sending
            status = 413

    assert status == 413


def zipped(fill: Callable[[zipfile.ZipFile], None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return out.getvalue()


def large(archive: zipfile.ZipFile) -> None:
    archive.writestr("manifest.json", b"{}")
    with archive.open("tables/runs.jsonl", "w") as rows:
        for _ in range(BOMB_BYTES // MEGABYTE):
            rows.write(bytes(MEGABYTE))


def many(archive: zipfile.ZipFile) -> None:
    for number in range(30):
        archive.writestr(f"blobs/{number:064x}", bytes(MEGABYTE))


def lying(content: bytes) -> bytes:
    """The same, and the directory at the end says that each has ten bytes."""
    changed = bytearray(content)
    at = content.find(b"PK\x01\x02")
    while at != -1:
        changed[at + 24 : at + 28] = struct.pack("<I", 10)
        at = content.find(b"PK\x01\x02", at + 1)
    return bytes(changed)


def shared() -> bytes:
    """A thousand names in the directory for the same bytes, as bombs have that quote themselves."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"blobs/{0:064x}", bytes(MEGABYTE))
        [first] = archive.filelist
        for number in range(1, 1000):
            other = zipfile.ZipInfo(f"blobs/{number:064x}")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(other, name, getattr(first, name))
            archive.filelist.append(other)
    return out.getvalue()


def named(name: str) -> bytes:
    return zipped(lambda archive: archive.writestr(name, b"evil"))


def linked() -> bytes:
    def fill(archive: zipfile.ZipFile) -> None:
        link = zipfile.ZipInfo("blobs/" + "0" * 64)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    return zipped(fill)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "one that is large": lambda: zipped(large),
    "one whose sizes lie": lambda: lying(zipped(large)),
    "many that are large together": lambda: zipped(many),
    "a thousand that are one": shared,
    "zips in a zip": lambda: zipped(lambda a: a.writestr("0.zip", zipped(many))),
    "a name above": lambda: named("../../evil"),
    "a name above a folder": lambda: named("blobs/../../evil"),
    "a name from the root": lambda: named("/tmp/evil"),
    "a name of windows": lambda: named("..\\..\\evil"),
    "a link": linked,
    "no zip": lambda: b"PK\x03\x04" + b"\0" * 100,
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("kind", ARCHIVES)
async def test_no_archive_becomes_more_than_it_may_or_leads_out(
    here: Server, kind: str, tmp_path: Path
):
    content = ARCHIVES[kind]()
    async with here.signed_in() as home:
        before, full = memory(here), disk(here)
        sent = await home.post(
            "/api/v1/orgs/archives/files", files={"file": ("a.zip", content, "application/zip")}
        )
        assert sent.status_code == 201, sent.text
        begun = await home.post("/api/v1/orgs/import", json={"archive": sent.json()["archive"]})
        orgs = (await home.get("/api/v1/orgs")).json()["items"]

    assert begun.status_code in {422, 429}, begun.text
    assert len(orgs) == 1
    assert memory(here) - before < MOST_BYTES
    assert disk(here) - full < len(content) + 5 * MEGABYTE
    assert strays(here) == []


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def jpeg(side: int) -> bytes:
    size = struct.pack(">BHHB", 8, side, side, 3)
    return (
        b"\xff\xd8\xff\xe0\x00\x04\0\0\xff\xc0"
        + struct.pack(">H", 8 + 9)
        + size
        + b"\1\x11\0\2\x11\1\3\x11\1\xff\xd9"
    )


def webp(side: int) -> bytes:
    wide = struct.pack("<I", side - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + wide + wide
    return b"RIFF" + struct.pack("<I", len(body)) + body


HUGE = {"png": png(50_000), "jpeg": jpeg(50_000), "webp": webp(50_000)}
SMALL = {"png": png(64), "jpeg": jpeg(64), "webp": webp(64)}


@pytest.mark.parametrize("kind", HUGE)
async def test_a_picture_that_others_are_shown_is_not_larger_than_it_looks(here: Server, kind: str):
    async with here.signed_in() as owner:
        path = "/api/v1/account/avatar"
        huge = await owner.put(path, files={"file": ("a", HUGE[kind])})
        small = await owner.put(path, files={"file": ("a", SMALL[kind])})
        logo = await owner.put("/api/v1/org/logo", files={"file": ("a.png", HUGE[kind])})

    assert (huge.status_code, huge.json()["field"]) == (422, "file")
    assert small.status_code == 204, small.text
    assert logo.status_code == 422


async def test_pictures_and_documents_of_huge_sizes_are_files_like_others(
    here: Server, asked: ScriptedServer
):
    """Nothing here draws them: they are kept, and shown to a model as they are."""
    bomb = b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode/Length 9>>stream\n" + zlib.compress(
        bytes(50 * MEGABYTE)
    )
    async with here.signed_in() as owner:
        before = memory(here)
        made = (await owner.post("/api/v1/conversations", json={})).json()["id"]
        files = {"a.png": HUGE["png"], "b.jpeg": HUGE["jpeg"], "c.pdf": bomb}
        for name, content in files.items():
            path = f"/api/v1/conversations/{made}/files"
            sent = await owner.post(path, files={"file": (name, content)})
            assert sent.status_code == 201, sent.text
        body = {"text": "What is it?", "files": list(files)}
        run = await owner.post(f"/api/v1/conversations/{made}/messages", json=body)
        ended = await until(owner, run.json()["id"], is_over)

    assert ended["status"] == "done", ended["error"]
    assert memory(here) - before < MOST_BYTES


LAUGHS = "name: a\ninstructions: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"


async def test_no_text_takes_for_ever_to_read(here: Server):
    """YAML that grows, patterns that never end, names without end."""
    async with here.signed_in() as owner:
        rule = {"tool": "x", "arguments": {"a": "re:(a+)+$"}, "effect": "deny"}
        answers = [
            await owner.put("/api/v1/agents/a", json={"yaml": LAUGHS}),
            await owner.put("/api/v1/agents/a", json={"yaml": "a: " + "[" * 20_000}),
            await owner.put("/api/v1/gate/rules", json={"rules": [rule]}),
            await owner.put("/api/v1/agents/a", json={"yaml": "x" * 300_000}),
            await owner.get(f"/api/v1/agents/{'a' * 30_000}"),
            await owner.get(f"/api/v1/scim/v2/Users?filter={'(' * 5_000}"),
            await owner.get(f"/api/v1/runs?q={'%25' * 5_000}"),
        ]

    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text


NAMES = [
    "../../evil",
    "..\\..\\evil",
    "/etc/evil",
    "C:\\evil",
    "a/../../evil",
    "..",
    ".",
    "....//evil",
    "~/evil",
    "evil/",
    "%2e%2e%2fevil",
    "\u2025/evil",
]


@pytest.mark.parametrize("name", NAMES)
async def test_an_uploaded_file_lies_in_its_workspace_whatever_its_name(here: Server, name: str):
    async with here.signed_in() as owner:
        made = (await owner.post("/api/v1/conversations", json={})).json()["id"]
        path = f"/api/v1/conversations/{made}/files"
        sent = await owner.post(path, files={"file": (name, b"evil")})
        if sent.status_code == 201:
            kept = sent.json()["path"]
            back = await owner.get(f"{path}/{quote(kept, safe='')}")
            assert "/" not in kept
            assert back.content == b"evil"
        else:
            assert sent.status_code == 422, sent.text

    assert strays(here) == []


WAYS_OUT = [
    "../../../secrets/master.key",
    "..%2f..%2f..%2fsecrets%2fmaster.key",
    "%2e%2e/%2e%2e/%2e%2e/secrets/master.key",
    "..%5c..%5csecrets%5cmaster.key",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "....//....//etc/passwd",
    "a%00/../../etc/passwd",
    "notes.txt/../../../secrets/master.key",
    "..%252f..%252fsecrets%252fmaster.key",
]


@pytest.mark.parametrize("way", WAYS_OUT)
async def test_no_address_of_a_file_leads_out(here: Server, way: str):
    """Byte for byte: a client would have tidied the address up."""
    secret = (here.home / "secrets" / "master.key").read_bytes()
    async with here.signed_in() as owner:
        made = (await owner.post("/api/v1/conversations", json={})).json()["id"]
        cookie = f"Cookie: cadre_session={owner.cookies['cadre_session']}"
    host = f"Host: 127.0.0.1:{here.port}"
    for start in (f"/api/v1/conversations/{made}/files/", "/", "/assets/", "/api/v1/org/"):
        answer = await send_raw(here, f"GET {start}{way} HTTP/1.1", host, cookie)
        # The console answers an address inside of the page with the page.
        is_page = b"<title>cadre" in answer.body or b"<!doctype html>" in answer.body.lower()
        assert answer.status in {400, 404, 422} or is_page, start
        assert secret not in answer.body
        assert b"root:" not in answer.body
