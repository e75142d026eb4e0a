"""E-mail addresses: one spelling for each mailbox."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from cadre.infra.mail import is_mail_address


def fold(email: str) -> str:
    """`email` as it is stored and looked up; a ValueError if it is none."""
    folded = unicodedata.normalize("NFKC", email.strip()).casefold()
    if not is_mail_address(folded):
        raise ValueError("write an e-mail address, such as name@example.org")
    return folded


Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(fold)]
