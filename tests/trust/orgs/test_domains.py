"""A domain is an org's once its DNS says so; asked of a real name server on loopback."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from cadre.kernel.errors import Invalid
from cadre.trust.orgs import DnsResolver, Domains
from cadre.trust.orgs.dns import DnsSilent
from cadre.trust.orgs.errors import DomainNotFound, DomainNotProved, DomainTaken
from tests.trust.orgs.conftest import Installation, scope_of
from tests.trust.orgs.test_tenancy import provisioned


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers TXT questions over UDP, or says that the answer needs TCP, where it gives it."""

    records: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    needs_tcp: bool = False
    asked: list[str] = field(default_factory=list[str])
    port: int = 0
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(b"\x00\x00 of another question", addr)
        self.transport.sendto(self.answer(data, is_cut=self.needs_tcp), addr)

    async def by_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (size,) = struct.unpack(">H", await reader.readexactly(2))
        answer = self.answer(await reader.readexactly(size), is_cut=False)
        writer.write(struct.pack(">H", len(answer)) + answer)
        await writer.drain()
        writer.close()

    def answer(self, query: bytes, *, is_cut: bool) -> bytes:
        labels, at = list[str](), 12
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size].decode())
            at += 1 + size
        name, question = ".".join(labels), query[12 : at + 5]
        self.asked.append(name)
        texts = [] if is_cut else self.records.get(name, [])
        flags = 0x8180 | (0x0200 if is_cut else 0) | (0 if name in self.records else 3)
        head = query[:2] + struct.pack(">HHHHH", flags, 1, len(texts), 0, 0)
        return head + question + b"".join(map(_record, texts))


def _record(text: str) -> bytes:
    content = text.encode()
    pieces = [content[start : start + 200] for start in range(0, len(content), 200)]
    data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data


@pytest.fixture
async def dns() -> AsyncIterator[NameServer]:
    server = NameServer()
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", 0))
    tcp = await asyncio.start_server(server.by_tcp, "127.0.0.1", server.port)
    yield server
    assert server.transport is not None
    server.transport.close()
    tcp.close()


@pytest.fixture
def domains(here: Installation, dns: NameServer) -> Domains:
    return Domains(here.database, here.tenants, DnsResolver([("127.0.0.1", dns.port)]))


async def test_a_proved_domain_leads_to_its_org(
    here: Installation, domains: Domains, dns: NameServer
):
    scope = scope_of(await provisioned(here, "acme"))
    async with here.database.begin(scope) as work:
        added = await domains.add(work, " Agents.Example.org. ")
    unproved = await here.tenants.of("agents.example.org")
    with pytest.raises(DomainNotProved, match=r"_cadre\.agents"):
        await domains.verify(scope, added.domain)
    dns.records[added.record] = ["v=spf1 -all", added.value]

    proved = await domains.verify(scope, added.domain)

    tenant = await here.tenants.of("agents.example.org")
    assert unproved is None
    assert proved.verified_at is not None
    assert (tenant and tenant.org) == scope.org
    async with here.database.begin(scope) as work:
        await domains.remove(work, "agents.example.org")
    assert await here.tenants.of("agents.example.org") is None
    with pytest.raises(DomainNotFound):
        await domains.verify(scope, "agents.example.org")


async def test_an_answer_that_is_too_large_for_udp_is_fetched_over_tcp(
    here: Installation, domains: Domains, dns: NameServer
):
    scope = scope_of(await provisioned(here, "acme"))
    async with here.database.begin(scope) as work:
        added = await domains.add(work, "agents.example.org")
    dns.needs_tcp = True
    dns.records[added.record] = ["x" * 3000, added.value]

    assert (await domains.verify(scope, added.domain)).verified_at is not None


async def test_two_orgs_may_want_a_domain_and_one_gets_it(
    here: Installation, domains: Domains, dns: NameServer
):
    acme = scope_of(await provisioned(here, "acme"))
    beta = scope_of(await provisioned(here, "beta"))
    for scope in (acme, beta):
        async with here.database.begin(scope) as work:
            added = await domains.add(work, "agents.example.org")
            dns.records.setdefault(added.record, []).append(added.value)
    await domains.verify(beta, "agents.example.org")

    with pytest.raises(DomainTaken):
        await domains.verify(acme, "agents.example.org")

    tenant = await here.tenants.of("agents.example.org")
    assert (tenant and tenant.org) == beta.org


async def test_the_token_of_another_org_proves_nothing(
    here: Installation, domains: Domains, dns: NameServer
):
    acme = scope_of(await provisioned(here, "acme"))
    beta = scope_of(await provisioned(here, "beta"))
    async with here.database.begin(acme) as work:
        added = await domains.add(work, "agents.example.org")
    async with here.database.begin(beta) as work:
        await domains.add(work, "agents.example.org")
    dns.records[added.record] = [added.value]

    with pytest.raises(DomainNotProved):
        await domains.verify(beta, "agents.example.org")


@pytest.mark.parametrize(
    "name", ["localhost", "cadre", "a b.example", "https://a.example", "127.0.0.1", "ä.example", ""]
)
async def test_what_is_no_domain_is_refused(here: Installation, domains: Domains, name: str):
    scope = scope_of(await provisioned(here, "acme"))
    async with here.database.begin(scope) as work:
        with pytest.raises(Invalid):
            await domains.add(work, name)


async def test_the_installations_own_names_are_not_to_be_had(here: Installation, domains: Domains):
    scope = scope_of(await provisioned(here, "acme"))
    async with here.database.begin(scope) as work:
        for name in ("cadre.example", "beta.cadre.example"):
            with pytest.raises(DomainTaken):
                await domains.add(work, name)


async def test_a_name_server_that_is_silent_is_said():
    with pytest.raises(DnsSilent):
        await DnsResolver([("127.0.0.1", 1)]).texts("agents.example.org")
