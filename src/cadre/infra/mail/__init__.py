"""Mail: letters to people, sent over SMTP, or laid into a folder where no server is set.

A letter is posted after what it tells of is committed; it is tried a few times, and given up.
"""

from cadre.infra.mail.file import FileMail
from cadre.infra.mail.jobs import Postman
from cadre.infra.mail.letter import BadLetter, Letter, Link, is_mail_address
from cadre.infra.mail.ports import Mail, MailFailed
from cadre.infra.mail.smtp import SmtpMail

__all__ = [
    "BadLetter",
    "FileMail",
    "Letter",
    "Link",
    "Mail",
    "MailFailed",
    "Postman",
    "SmtpMail",
    "is_mail_address",
]
