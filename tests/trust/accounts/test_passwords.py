"""Passwords: what is refused is what would be guessed, and the refusal says what is better."""

import pytest

from cadre.trust.accounts.passwords import NOBODYS, Passwords, WeakPassword, check_password

EMAIL, NAME = "anna.smith@acme.example", "Anna Smith"


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password2024!",
        "P4ssw0rd!!",
        "p@$$w0rd1234",
        "passwordpassword",
        "football football",
        "2024winter2024",
        "Liverpool_1987",
        "iloveyou123456",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "asdfghjkl;123",
        "abcdefghijkl",
        "9876543210",
        "1234567890123",
        "abcabcabcabc",
        "aaaaaaaaaaaa",
        "anna.smith1",
        "AnnaSmith99",
    ],
)
def test_what_everybody_guesses_is_refused(password: str):
    with pytest.raises(WeakPassword) as refused:
        check_password(password, email=EMAIL, name=NAME)

    assert refused.value.field == "password"
    assert "Use" in refused.value.detail


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "ocelot-lantern-grape",
        "Xk29!mmQpl0",
        "kept under the stairs",
        "Grüße aus dem Süden",
        "пароль не тот самый",
        "annas tall green umbrella",
    ],
)
def test_what_nobody_guesses_is_taken(password: str):
    check_password(password, email=EMAIL, name=NAME)


async def test_a_hash_opens_with_its_password_alone():
    passwords = Passwords()
    kept = await passwords.hash("ocelot-lantern-grape")

    assert kept.startswith("$argon2id$")
    assert await passwords.matches(kept, "ocelot-lantern-grape")
    assert not await passwords.matches(kept, "ocelot-lantern-grapes")
    assert not await passwords.matches("not a hash", "ocelot-lantern-grape")
    assert not await passwords.matches(None, "\0nobody's password\0")
    assert not passwords.is_outdated(kept)


async def test_nobodys_hash_costs_what_a_new_one_does():
    passwords = Passwords()
    assert not passwords.is_outdated(NOBODYS)
    assert not await passwords.matches(None, "whatever it is")


async def test_the_same_letters_from_another_keyboard_are_the_same_password():
    passwords = Passwords()
    composed, decomposed = "café-lantern-grape", "cafe\u0301-lantern-grape"

    assert await passwords.matches(await passwords.hash(composed), decomposed)
