"""What grants allow."""

import pytest

from cadre.kernel.grants import EVERYTHING, NOTHING, Grant, Grants


@pytest.mark.parametrize(
    ("grant", "permission", "resource", "allowed"),
    [
        (Grant("runs:read"), "runs:read", "run:1", True),
        (Grant("runs:read"), "runs:write", "run:1", False),
        (Grant("runs:*"), "runs:cancel", "*", True),
        (Grant("*"), "keys:write", "*", True),
        (Grant("agents:run", "agent:support-*"), "agents:run", "agent:support-de", True),
        (Grant("agents:run", "agent:support-*"), "agents:run", "agent:billing", False),
        (Grant("agents:run", "agent:support-*"), "agents:run", "*", False),
        (Grant("agents:run", "agent:[a-z]"), "agents:run", "agent:b", False),
        (Grant("agents:run", "agent:a*"), "agents:run", "agent:a\nb", True),
    ],
)
def test_a_grant_covers_what_its_patterns_name(
    grant: Grant, permission: str, resource: str, allowed: bool
):
    assert Grants(frozenset({grant})).allows(permission, resource) is allowed


def test_limits_only_ever_take_away():
    person = Grants.of("runs:*", "agents:read")
    key = person.within([Grant("*")]).within([Grant("runs:read"), Grant("keys:write")])

    assert key.allows("runs:read")
    assert not key.allows("runs:write")
    assert not key.allows("agents:read")
    assert not key.allows("keys:write")


def test_some_is_enough_for_a_list_that_is_filtered():
    grants = Grants(frozenset({Grant("agents:read", "agent:support-*")}))

    assert grants.allows_some("agents:read")
    assert not grants.allows_some("agents:write")
    assert not grants.within([Grant("runs:read")]).allows_some("agents:read")


def test_nothing_allows_nothing_and_everything_allows_all():
    assert not NOTHING.allows("runs:read")
    assert not NOTHING.allows_some("runs:read")
    assert EVERYTHING.allows("runs:read", "run:1")
