"""Letters arrive as they were written, over a real SMTP server and as files, and never as two."""

import asyncio
import email
import stat
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cadre.infra.mail import (
    BadLetter,
    FileMail,
    Letter,
    Link,
    MailFailed,
    Postman,
    SmtpMail,
    is_mail_address,
)
from cadre.infra.mail.smtp import MailSettingsInvalid

SENDER = "cadre@acme.example"
LETTER = Letter(
    "anna@acme.example",
    "Grüße: a new password",
    ("First <b>paragraph</b> & more.", "Second — with ümlauts."),
    Link("Choose", "https://cadre.example/reset#token=abc_-123"),
)


class Mailbox:
    """What an SMTP server was given. It refuses the first `busy` letters for now."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.busy = 0
        self.refusal = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        if self.busy > 0:
            self.busy -= 1
            return "451 come back later"
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[Message]:
        found: list[Message] = []
        for envelope in self.envelopes:
            assert isinstance(envelope.content, bytes)
            found.append(email.message_from_bytes(envelope.content))
        return found


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def url(mailbox: Mailbox) -> Iterator[str]:
    from tests.doors.server import free_port

    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def text_of(message: Message, kind: str) -> str:
    part = next(part for part in message.walk() if part.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


async def test_a_letter_arrives_as_text_and_as_html(url: str, mailbox: Mailbox):
    await SmtpMail(url, SENDER).send(LETTER)

    [message], [envelope] = mailbox.messages, mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["anna@acme.example"])
    assert str(make_header(decode_header(message["Subject"]))) == ("Grüße: a new password")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "https://cadre.example/reset#token=abc_-123" in text_of(message, "text/plain")
    html = text_of(message, "text/html")
    assert "First &lt;b&gt;paragraph&lt;/b&gt; &amp; more." in html
    assert '<a href="https://cadre.example/reset#token=abc_-123">Choose</a>' in html


@pytest.mark.parametrize(
    ("to", "subject", "url"),
    [
        ("a@b.example\r\nBcc: x@evil.example", "x", "https://a.example"),
        ("a@b.example, x@evil.example", "x", "https://a.example"),
        ("Anna <a@b.example>", "x", "https://a.example"),
        ("", "x", "https://a.example"),
        ("a@b.example", "x\r\nBcc: x@evil.example", "https://a.example"),
        ("a@b.example", "x\x00", "https://a.example"),
        ("a@b.example", "x" * 500, "https://a.example"),
        ("a@b.example", "x", "javascript:alert(1)"),
        ("a@b.example", "x", 'https://a.example/"onclick="x'),
    ],
)
def test_nothing_gets_into_a_header_or_a_link_that_does_not_belong_there(
    to: str, subject: str, url: str
):
    with pytest.raises(BadLetter):
        Letter(to, subject, ("text",), Link("Open", url))


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("a@b.example", True),
        ("first.last+tag@sub.b.example", True),
        ("a@localhost", True),
        (".a@b.example", False),
        ("a..b@b.example", False),
        ("a@-b.example", False),
        ("a@b.example\n", False),
        ("a b@c.example", False),
        ('"a b"@c.example', False),
        ("a@b@c.example", False),
        ("a" * 65 + "@b.example", False),
        ("a@" + "b." * 130 + "example", False),
    ],
)
def test_what_an_address_is(address: str, is_one: bool):
    assert is_mail_address(address) == is_one


async def test_without_a_server_letters_are_files_for_the_owner_only(tmp_path: Path):
    mail = FileMail(tmp_path / "mail", SENDER)
    await mail.send(LETTER)
    await mail.send(LETTER)

    files = list((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
    assert email.message_from_bytes(files[0].read_bytes())["To"] == "anna@acme.example"
    assert not mail.delivers


async def test_a_server_that_is_busy_is_asked_again(url: str, mailbox: Mailbox):
    mailbox.busy = 2
    postman = Postman(SmtpMail(url, SENDER), retry_seconds=(0.0, 0.0, 0.0))
    round_ = asyncio.create_task(postman.run())

    postman.post(LETTER)
    await postman.settled()
    round_.cancel()

    assert len(mailbox.envelopes) == 1


@pytest.mark.parametrize(
    ("refusal", "is_final"), [("550 no such user", True), ("452 mailbox full", False)]
)
async def test_a_refusal_says_whether_it_is_for_good(
    url: str, mailbox: Mailbox, refusal: str, is_final: bool
):
    mailbox.refusal = refusal

    with pytest.raises(MailFailed) as failed:
        await SmtpMail(url, SENDER).send(LETTER)

    assert failed.value.is_final == is_final
    assert refusal[:3] in failed.value.detail


async def test_a_server_that_is_not_there_is_said_plainly():
    from tests.doors.server import free_port

    with pytest.raises(MailFailed, match="can't be used"):
        await SmtpMail(f"smtp://127.0.0.1:{free_port()}", SENDER).send(LETTER)


async def test_what_waits_when_the_process_stops_is_still_sent(url: str, mailbox: Mailbox):
    postman = Postman(SmtpMail(url, SENDER))
    round_ = asyncio.create_task(postman.run())
    for _ in range(3):
        postman.post(LETTER)
    await asyncio.sleep(0)
    round_.cancel()
    await asyncio.wait([round_])

    assert len(mailbox.envelopes) == 3


@pytest.mark.parametrize("wrong", ["", "mail.example", "http://mail.example", "smtp://"])
def test_a_wrong_setting_is_named(wrong: str):
    with pytest.raises(MailSettingsInvalid, match="CADRE_SMTP_URL"):
        SmtpMail(wrong, SENDER)
    with pytest.raises(MailSettingsInvalid, match="CADRE_MAIL_FROM"):
        SmtpMail("smtp://mail.example", "nobody")


async def test_words_of_a_letter_are_masked_and_its_link_is_not(tmp_path: Path):
    postman = Postman(
        FileMail(tmp_path, SENDER), mask=lambda text: text.replace("hidden-word", "***")
    )
    link = Link("Go", "https://cadre.example/#token=hidden-word")
    postman.post(Letter("anna@acme.example", "On hidden-word", ("It is hidden-word.",), link))
    working = asyncio.create_task(postman.run())
    await postman.settled()
    working.cancel()

    said = _only_letter(tmp_path)
    assert ("Subject: On ***" in said, "It is ***." in said) == (True, True)
    assert "token=hidden-word" in said


def _only_letter(folder: Path) -> str:
    [file] = folder.glob("*.eml")
    return file.read_text()
