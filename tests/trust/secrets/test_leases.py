"""Leases: a value for one holder and a while, written down, taken back."""

import time

import pytest

from cadre.kernel.scope import Scope
from cadre.trust.secrets.errors import BadSecret, LeaseOver, SecretNotFound
from tests.trust.secrets.vaults import House


async def test_a_lease_gives_the_value_and_leaves_a_row(house: House, scope: Scope):
    await house.put(scope, token="leased-value")

    async with house.database.begin(scope) as work:
        lease = await house.leases.lease(work, "token", "run:run_1", 60)
        page = await house.leases.all(work, name=None, only_open=True, cursor=None, limit=10)
        [info] = await house.vault.all(work)

    assert lease.value == "leased-value"
    assert "leased-value" not in repr(lease)
    [row] = page.items
    assert (row.name, row.version, row.holder, row.state) == ("token", 1, "run:run_1", "open")
    assert row.leased_by == "usr_acme"
    assert row.expires_at == pytest.approx(lease.until)
    assert info.used_by == ["run:run_1"]


async def test_a_leased_value_is_masked_from_then_on(house: House, scope: Scope):
    await house.put(scope, token="leased-value")

    async with house.database.begin(scope) as work:
        await house.leases.lease(work, "token", "run:run_1", 60)

    assert house.secrets.redactor.redact("it is leased-value.") == "it is [secret token]."


async def test_a_revoked_lease_gives_nothing_more(house: House, scope: Scope):
    await house.put(scope, token="leased-value")
    async with house.database.begin(scope) as work:
        lease = await house.leases.lease(work, "token", "run:run_1", 60)
        assert await house.leases.value(work, lease.id) == "leased-value"

        revoked = await house.leases.revoke(work, lease.id)

        assert (revoked.state, revoked.revoked_by) == ("revoked", "usr_acme")
        with pytest.raises(LeaseOver):
            await house.leases.value(work, lease.id)


async def test_a_released_lease_and_one_whose_time_is_over_give_nothing_more(
    house: House, scope: Scope
):
    await house.put(scope, token="leased-value")
    async with house.database.begin(scope) as work:
        released = await house.leases.lease(work, "token", "run:run_1", 60)
        await house.leases.release(work, released.id)
        short = await house.leases.lease(work, "token", "run:run_2", 0.001)
    while time.time() <= short.until:
        pass

    async with house.database.begin(scope) as work:
        for lease in (released, short):
            with pytest.raises(LeaseOver):
                await house.leases.value(work, lease.id)
        page = await house.leases.all(work, name="token", only_open=False, cursor=None, limit=1)
        rest = await house.leases.all(
            work, name="token", only_open=False, cursor=page.next, limit=5
        )

    assert [each.state for each in (*page.items, *rest.items)] == ["over", "released"]


async def test_a_lease_keeps_its_version_and_ends_with_the_secret(house: House, scope: Scope):
    await house.put(scope, token="first-value")
    async with house.database.begin(scope) as work:
        lease = await house.leases.lease(work, "token", "run:run_1", 60)
        await house.secrets.put(work, "token", "second-value")
        assert await house.leases.value(work, lease.id) == "first-value"

        await house.secrets.delete(work, "token")
        await house.secrets.put(work, "token", "another-one")

        with pytest.raises(LeaseOver):
            await house.leases.value(work, lease.id)


async def test_what_is_not_there_or_a_rooms_own_is_not_leased(house: House, scope: Scope):
    await house.put(scope, **{"models/openai": "sk-of-a-room"})
    async with house.database.begin(scope) as work:
        for name in ("nothing", "models/openai"):
            with pytest.raises(SecretNotFound):
                await house.leases.lease(work, name, "run:run_1", 60)
        with pytest.raises(BadSecret) as refused:
            await house.leases.lease(work, "token", "run:run_1", 8 * 86_400)

    assert refused.value.field == "seconds"


async def test_another_org_sees_no_lease(house: House, scope: Scope, other_scope: Scope):
    await house.put(scope, token="leased-value")
    async with house.database.begin(scope) as work:
        lease = await house.leases.lease(work, "token", "run:run_1", 60)

    async with house.database.begin(other_scope) as work:
        page = await house.leases.all(work, name=None, only_open=False, cursor=None, limit=5)
        assert page.items == []
        for act in (house.leases.value, house.leases.release, house.leases.revoke):
            with pytest.raises(SecretNotFound):
                await act(work, lease.id)
