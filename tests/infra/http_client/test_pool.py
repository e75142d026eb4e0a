"""The pool over TLS: whose certificate is trusted, and how long a handshake may take."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cadre.infra.http_client import HttpClient, HttpLimits, HttpTimedOut, HttpUnreachable
from cadre.infra.http_client.pool import NotReached, Pool, Server
from tests.infra.http_client.talking import OK, Line, always, talking

QUESTION = (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",)


def certificate(folder: Path, address: str) -> Path:
    """A file with a key, and a certificate for `address` that it signed itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{address}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def asked(pool: Pool, port: int) -> bytes:
    server = Server("127.0.0.1", port, is_tls=True)
    async with asyncio.timeout(20):
        connection = await pool.ask(server, QUESTION, connect_seconds=5, idle_seconds=5)
        try:
            return await connection.readany()
        finally:
            pool.leave(server, connection)


async def test_a_server_with_a_trusted_certificate_answers_and_is_kept(tmp_path: Path):
    path = certificate(tmp_path, "127.0.0.1")
    pool = Pool(connections=2, tls=ssl.create_default_context(cafile=str(path)))

    async with talking(always(OK), tls=serving(path)) as talker:
        assert [await asked(pool, talker.port) for _ in range(3)] == [b"ok"] * 3
        pool.close()

    assert talker.lines == 1


async def test_a_certificate_for_another_address_is_refused(tmp_path: Path):
    path = certificate(tmp_path, "127.0.0.2")
    pool = Pool(connections=2, tls=ssl.create_default_context(cafile=str(path)))

    async with talking(always(OK), tls=serving(path)) as talker:
        with pytest.raises(NotReached):
            await asked(pool, talker.port)

    assert (talker.heard, pool.in_use) == ([], 0)


async def test_a_certificate_that_nobody_knows_is_refused(client: HttpClient, tmp_path: Path):
    async with talking(always(OK), tls=serving(certificate(tmp_path, "127.0.0.1"))) as talker:
        with pytest.raises(HttpUnreachable, match=r"can't be reached.*certificate"):
            await client.request(
                "GET",
                f"https://{talker.place}/",
                limits=HttpLimits(total_seconds=None, redirects=0),
                allow_private=[talker.place],
            )

    assert talker.heard == []


async def test_a_handshake_without_end_is_given_up(client: HttpClient):
    async def talk(line: Line) -> None:
        await line.is_left()

    limits = HttpLimits(total_seconds=None, redirects=0, connect_seconds=0.2)
    async with talking(talk) as talker:
        with pytest.raises(HttpTimedOut):
            await client.request(
                "GET", f"https://{talker.place}/", limits=limits, allow_private=[talker.place]
            )

    assert client.in_use == 0
