"""Mail over SMTP.

`smtp://user:password@host:587` asks for encryption and insists on it if there is a password;
`smtps://` is encrypted from the first byte. Only a server on this machine may have both no
encryption and a password.
"""

from urllib.parse import unquote, urlsplit

from cadre.infra.mail.letter import Letter, is_mail_address, message_of
from cadre.infra.mail.ports import MailFailed
from cadre.kernel.errors import Invalid

_SECONDS = 30
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailSettingsInvalid(Invalid):
    """The mail server can't be used as it is set."""

    code = "mail_settings_invalid"


class SmtpMail:
    """Sends letters from `sender` over the server at `url`."""

    delivers = True

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise MailSettingsInvalid(
                "Write CADRE_SMTP_URL as smtp://user:password@host:587 or smtps://host.",
                field="smtp_url",
            )
        if not is_mail_address(sender):
            raise MailSettingsInvalid(
                "Set CADRE_MAIL_FROM to the address that letters come from.", field="mail_from"
            )
        self._sender = sender
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._is_encrypted = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    async def send(self, letter: Letter) -> None:
        import aiosmtplib  # late: many servers never send a letter, and all start quicker

        message = message_of(letter, self._sender)
        is_encryption_needed = self._password is not None and self._host not in _LOOPBACK
        try:
            await aiosmtplib.send(
                message,
                sender=self._sender,
                recipients=[letter.to],
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._is_encrypted,
                start_tls=None if self._is_encrypted or not is_encryption_needed else True,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise MailFailed(
                f"The mail server refused the recipient ({', '.join(map(str, codes))}).",
                is_final=all(code >= 500 for code in codes),
            ) from None
        except aiosmtplib.SMTPResponseException as error:
            raise MailFailed(
                f"The mail server answered {error.code}.", is_final=error.code >= 500
            ) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailFailed(f"The mail server can't be used: {type(error).__name__}.") from None
