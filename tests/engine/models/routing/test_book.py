"""Routes of an org: versions that never change, effective at once in every process."""

import asyncio

import pytest

from cadre.engine.models import UnknownModel
from cadre.engine.models.routing import (
    BadRoute,
    NoModelCan,
    NoModelReady,
    RouteNotFound,
    RouteShipped,
    Routing,
)
from cadre.engine.models.routing.schemas import RouteText
from cadre.engine.models.routing.store import RouteStore
from cadre.infra.database import Database
from cadre.kernel.errors import Conflict
from cadre.kernel.messages import ImagePart, ModelRequest, Part, TextPart, UserMessage
from cadre.kernel.scope import Scope
from cadre.trust.budgets import Spender
from tests.engine.models.routing.conftest import World


def text(model: str, name: str = "mine") -> RouteText:
    return RouteText(yaml=f"name: {name}\nrules:\n  - targets: ['{model}']\n")


async def put(
    database: Database, scope: Scope, routing: Routing, model: str, name: str = "mine"
) -> int:
    async with database.begin(scope) as work:
        return (await routing.book.put(work, name, text(model, name))).version


async def answers(
    database: Database, scope: Scope, routing: Routing, name: str, *parts: Part
) -> list[str]:
    given = list(parts) or [TextPart(text="hello")]
    request = ModelRequest(model=name, messages=[UserMessage(parts=given)])
    async with database.read(scope) as work:
        decision = await routing.decide(work, Spender(scope), request)
    return [card.name for card in decision.targets]


async def test_a_saved_route_is_effective_with_the_next_call_of_every_process(
    database: Database, scope: Scope, routing: Routing, world: World
):
    elsewhere = Routing(world.candidates)
    await put(database, scope, routing, "a:small")
    assert await answers(database, scope, elsewhere, "mine") == ["a:small"]

    await put(database, scope, routing, "a:big")

    assert await answers(database, scope, routing, "mine") == ["a:big"]
    assert await answers(database, scope, elsewhere, "mine") == ["a:big"]


async def test_what_was_rolled_back_is_not_remembered(
    database: Database, scope: Scope, routing: Routing
):
    await put(database, scope, routing, "a:small")
    with pytest.raises(ZeroDivisionError):
        async with database.begin(scope) as work:
            await routing.book.put(work, "mine", text("a:big"))
            await routing.book.route(work, "mine")
            raise ZeroDivisionError

    await put(database, scope, routing, "a:small", name="other")

    assert await answers(database, scope, routing, "mine") == ["a:small"]


async def test_versions_are_kept_and_an_older_one_comes_back_as_a_new_one(
    database: Database, scope: Scope, routing: Routing
):
    await put(database, scope, routing, "a:small")
    await put(database, scope, routing, "a:big")

    async with database.begin(scope) as work:
        restored = await routing.book.restore(work, "mine", 1)
        history = await routing.book.history(work, "mine")

    assert restored.version == 3
    assert restored.yaml == text("a:small").yaml
    assert [(one.version, one.restored_from, one.is_active) for one in history] == [
        (3, 1, True),
        (2, None, False),
        (1, None, False),
    ]
    assert history[0].created_by == "acme"
    assert await answers(database, scope, routing, "mine") == ["a:small"]


async def test_saving_the_same_text_makes_no_version(
    database: Database, scope: Scope, routing: Routing
):
    assert await put(database, scope, routing, "a:small") == 1
    assert await put(database, scope, routing, "a:small") == 1


async def test_a_shipped_route_is_overridden_and_comes_back(
    database: Database, scope: Scope, routing: Routing
):
    assert await answers(database, scope, routing, "cheap") == ["a:small", "a:big"]
    await put(database, scope, routing, "a:big", name="cheap")
    assert await answers(database, scope, routing, "cheap") == ["a:big"]

    async with database.begin(scope) as work:
        await routing.book.delete(work, "cheap")

    assert await answers(database, scope, routing, "cheap") == ["a:small", "a:big"]
    async with database.read(scope) as work:
        history = await routing.book.history(work, "cheap")
    assert [(one.version, one.yaml is None, one.is_active) for one in history] == [
        (2, True, False),
        (1, False, False),
        (0, False, True),
    ]


async def test_a_deleted_route_can_be_restored(database: Database, scope: Scope, routing: Routing):
    await put(database, scope, routing, "a:small")
    async with database.begin(scope) as work:
        await routing.book.delete(work, "mine")
    with pytest.raises(UnknownModel):
        await answers(database, scope, routing, "mine")

    async with database.begin(scope) as work:
        await routing.book.restore(work, "mine", 1)

    assert await answers(database, scope, routing, "mine") == ["a:small"]


async def test_a_shipped_route_can_be_restored_over_ones_own(
    database: Database, scope: Scope, routing: Routing
):
    await put(database, scope, routing, "a:big", name="cheap")

    async with database.begin(scope) as work:
        restored = await routing.book.restore(work, "cheap", 0)

    assert (restored.version, restored.is_shipped) == (2, True)
    assert await answers(database, scope, routing, "cheap") == ["a:small", "a:big"]


async def test_what_is_not_there_can_not_be_deleted(
    database: Database, scope: Scope, routing: Routing
):
    async with database.begin(scope) as work:
        with pytest.raises(RouteShipped):
            await routing.book.delete(work, "auto")
        with pytest.raises(RouteNotFound):
            await routing.book.delete(work, "mine")


async def test_a_route_needs_its_own_name_and_one_that_means_nothing_else(
    database: Database, scope: Scope, routing: Routing
):
    async with database.begin(scope) as work:
        with pytest.raises(BadRoute, match="make them the same"):
            await routing.book.put(work, "mine", text("a:big", "yours"))
        with pytest.raises(BadRoute, match="another name"):
            await routing.book.put(work, "default", text("a:big", "default"))


async def test_whoever_saves_over_what_they_did_not_see_is_told(
    database: Database, scope: Scope, routing: Routing
):
    await put(database, scope, routing, "a:small")
    given = text("a:big").model_copy(update={"based_on": 0})

    async with database.begin(scope) as work:
        with pytest.raises(Conflict, match="version 1"):
            await routing.book.put(work, "mine", given)


async def test_of_two_who_save_at_once_nobody_is_lost_unseen(
    database: Database, scope: Scope, routing: Routing
):
    outcomes = await asyncio.gather(
        *(put(database, scope, routing, model) for model in ("a:small", "a:big", "b:far")),
        return_exceptions=True,
    )

    async with database.read(scope) as work:
        history = await routing.book.history(work, "mine")
    saved = [outcome for outcome in outcomes if isinstance(outcome, int)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(saved) + len(refused) == 3
    assert sorted(saved) == [one.version for one in reversed(history)]


async def test_first_changes_of_an_org_at_once_do_not_fail_each_other(
    database: Database, scope: Scope, routing: Routing
):
    names = [f"route-{number}" for number in range(8)]

    await asyncio.gather(*(put(database, scope, routing, "a:small", name) for name in names))

    async with database.read(scope) as work:
        assert set(names) <= set(await routing.book.names(work))


async def test_another_org_sees_nothing(
    database: Database, scope: Scope, other_scope: Scope, routing: Routing
):
    await put(database, scope, routing, "a:big", name="cheap")
    await put(database, scope, routing, "a:big")

    assert await answers(database, other_scope, routing, "cheap") == ["a:small", "a:big"]
    with pytest.raises(UnknownModel):
        await answers(database, other_scope, routing, "mine")
    async with database.begin(other_scope) as work:
        assert "mine" not in {one.name for one in await routing.book.listing(work)}
        with pytest.raises(RouteNotFound):
            await routing.book.get(work, "mine")
        with pytest.raises(RouteNotFound):
            await routing.book.history(work, "mine")
        with pytest.raises(RouteNotFound):
            await routing.book.restore(work, "mine", 1)
        with pytest.raises(RouteNotFound):
            await routing.book.delete(work, "mine")


async def test_a_stored_route_that_is_not_understood_any_more_troubles_nobody_else(
    database: Database, scope: Scope, routing: Routing
):
    async with database.begin(scope) as work:
        await RouteStore(work).add("mine", 1, "name: mine\nrules: [{targets: [x], gone: 1}]")

    with pytest.raises(BadRoute, match=r"`mine` can't be used: `rules\[0\].gone`"):
        await answers(database, scope, routing, "mine")
    assert await answers(database, scope, routing, "cheap") == ["a:small", "a:big"]
    async with database.read(scope) as work:
        listed = {one.name: one for one in await routing.book.listing(work)}
    assert "gone" in str(listed["mine"].problem)


async def test_a_name_that_means_nothing_is_told_with_the_routes(
    database: Database, scope: Scope, routing: Routing
):
    with pytest.raises(UnknownModel, match="auto, cheap, code") as caught:
        await answers(database, scope, routing, "gtp-4")

    assert caught.value.field == "model"


async def test_when_no_model_can_the_refusal_says_why(
    database: Database, scope: Scope, routing: Routing
):
    image = ImagePart(blob="sha256:1", media_type="image/png")

    with pytest.raises(NoModelCan, match="can't see images"):
        await answers(database, scope, routing, "a:small", image)


async def test_when_models_only_rest_the_refusal_says_later(
    database: Database, scope: Scope, routing: Routing, world: World
):
    world.models[0].health.is_open = True

    with pytest.raises(NoModelReady, match="given a rest"):
        await answers(database, scope, routing, "a:small")


async def test_a_shipped_route_that_was_brought_back_can_be_changed_as_version_0(
    database: Database, scope: Scope, routing: Routing
):
    async with database.begin(scope) as work:
        await routing.book.put(work, "auto", text("a:big", "auto"))
        await routing.book.delete(work, "auto")
        given = text("a:small", "auto").model_copy(update={"based_on": 0})
        saved = await routing.book.put(work, "auto", given)

    assert saved.version == 3
