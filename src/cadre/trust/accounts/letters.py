"""Letters that accounts sends. A token stands behind `#`, where no server and no log sees it."""

from cadre.infra.mail import Letter, Link

_IGNORE = "If you did not expect this letter, do nothing: without the link, nothing happens."


def invitation(to: str, *, org: str, inviter: str, page: str, token: str) -> Letter:
    return Letter(
        to,
        f"You are invited to {_line(org)}",
        (
            f"{_line(inviter)} invites you to {_line(org)} on cadre.",
            "The link works once, within seven days.",
            _IGNORE,
        ),
        Link("Accept the invitation", invitation_url(page, token)),
    )


def invitation_url(page: str, token: str) -> str:
    return f"{page}/invitation#token={token}"


def verification(to: str, *, org: str, page: str, token: str) -> Letter:
    return Letter(
        to,
        f"Confirm your e-mail address for {_line(org)}",
        (
            f"Somebody, most likely you, gave this address to {_line(org)} on cadre.",
            "The link works once, within 24 hours.",
            _IGNORE,
        ),
        Link("Confirm the address", f"{page}/verify#token={token}"),
    )


def account_there(to: str, *, org: str, page: str) -> Letter:
    return Letter(
        to,
        f"You have an account at {_line(org)} already",
        (
            f"Somebody, most likely you, tried to register this address at {_line(org)} on cadre.",
            "You have an account already: sign in, or ask for a new password there.",
            _IGNORE,
        ),
        Link("Sign in", f"{page}/signin"),
    )


def reset(to: str, *, org: str, page: str, token: str) -> Letter:
    return Letter(
        to,
        f"A new password for {_line(org)}",
        (
            f"Somebody, most likely you, asked for a new password at {_line(org)} on cadre.",
            "The link works once, within one hour. A new password signs you out everywhere.",
            _IGNORE,
        ),
        Link("Choose a new password", f"{page}/reset#token={token}"),
    )


def password_changed(to: str, *, org: str, page: str) -> Letter:
    return Letter(
        to,
        f"Your password for {_line(org)} was changed",
        (
            f"The password of your account at {_line(org)} on cadre was changed just now.",
            "If that was you, all is well. If not, ask for a new password at once.",
        ),
        Link("Sign in", f"{page}/signin"),
    )


def _line(name: str) -> str:
    """`name` on one line of a sensible length: it may stand in a header."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return plain[:80] or "cadre"
