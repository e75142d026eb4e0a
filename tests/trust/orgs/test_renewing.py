"""New ids follow from the old ones, wherever they stand, and can be renewed once more."""

import hashlib

import pytest

from cadre.trust.orgs.renewing import Renewal

ID = "run_01m8mfqn2h4qpvvg1dfbacwwda"
KEYED = f"run_{hashlib.sha256(b'once').hexdigest()[:32]}"  # of a message with an idempotency key


@pytest.mark.parametrize("old", [ID, f"usr_{ID[4:]}", f"cnv_{ID[4:]}", KEYED])
def test_an_id_becomes_another_of_its_kind_again_and_again(old: str):
    first, second = Renewal("org_a", "org_b"), Renewal("org_b", "org_c")
    new = first.text(old)
    newest = second.text(new)

    assert len({old, new, newest}) == 3
    assert len(old) == len(new) == len(newest)
    assert old[:14] == new[:14] == newest[:14]
    assert (
        first.text(f'{{"of":"{old}","at":"user:{old}"}}') == f'{{"of":"{new}","at":"user:{new}"}}'
    )


@pytest.mark.parametrize("text", [f"sha256:{'a' * 64}", f"pol_{ID[4:]}", "run_short", f"x{KEYED}"])
def test_what_is_no_such_id_stays(text: str):
    assert Renewal("org_a", "org_b").text(text) == text
