"""Letters: a few paragraphs and perhaps one link, as plain text and as simple HTML.

Whatever stands in a header is one line, or the letter is refused: a name with a line break in it
could otherwise add recipients of its own.
"""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from html import escape

from cadre.kernel.errors import Invalid

LONGEST_ADDRESS = 254  # RFC 5321
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LONGEST_LINE = 200


class BadLetter(Invalid):
    """The letter can't be sent as it is."""

    code = "bad_letter"


@dataclass(frozen=True, slots=True)
class Link:
    """Where the letter leads; `url` is complete."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """To one address. `paragraphs` are plain text, without markup of any kind."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: Link | None = None

    def __post_init__(self) -> None:
        if not is_mail_address(self.to):
            raise BadLetter("This is not the address of a mailbox.", field="to")
        if not _is_one_line(self.subject) or not self.subject.strip():
            raise BadLetter("A subject is one line of text.", field="subject")
        if self.link is not None and not re.fullmatch(r"https?://[^\s<>\"]+", self.link.url):
            raise BadLetter("A link is a whole http(s) address.", field="link")


def is_mail_address(text: str) -> bool:
    """Whether `text` is the address of a mailbox, without a name and without quoting."""
    local = text.partition("@")[0]
    return (
        len(text) <= LONGEST_ADDRESS
        and _ADDRESS.fullmatch(text) is not None
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """`letter` as it travels."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("cadre", addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter))
    message.add_alternative(_html(letter), subtype="html")
    return message


def _text(letter: Letter) -> str:
    parts = [*letter.paragraphs]
    if letter.link is not None:
        parts.insert(1, f"{letter.link.label}:\n{letter.link.url}")
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter) -> str:
    parts = [f"<p>{escape(paragraph)}</p>" for paragraph in letter.paragraphs]
    if letter.link is not None:
        url = escape(letter.link.url, quote=True)
        parts.insert(1, f'<p><a href="{url}">{escape(letter.link.label)}</a></p>')
    return (
        '<!doctype html><html lang="en"><body style="font:15px/1.5 sans-serif;color:#1c1c1a">'
        + "".join(parts)
        + "</body></html>\n"
    )


def _is_one_line(text: str) -> bool:
    return len(text) <= _LONGEST_LINE and not any(ord(c) < 32 or ord(c) == 127 for c in text)
