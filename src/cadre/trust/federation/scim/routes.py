"""SCIM over HTTP, at /api/v1/scim/v2: answers and errors in SCIM's own shape."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cadre.infra.web import Provide, Reading, Writing, grants_of, problem_of, requires
from cadre.kernel.errors import CadreError, Conflict, Invalid
from cadre.kernel.values import Int32
from cadre.trust.access import actor_of
from cadre.trust.accounts import page_of
from cadre.trust.federation.scim import described
from cadre.trust.federation.scim.answers import SCIM_BASE, SCIM_TYPE, scim_error
from cadre.trust.federation.scim.documented import ERRORS, MADE, ONE, ONE_IF_CHANGED, SEVERAL
from cadre.trust.federation.scim.errors import BadSyntax, ResourceNotFound, VersionDiffers
from cadre.trust.federation.scim.groups import DirectoryGroups
from cadre.trust.federation.scim.patching import patched
from cadre.trust.federation.scim.resources import LIST, Asked, cut, listed
from cadre.trust.federation.scim.users import DirectoryUsers


class ScimResponse(Response):
    """JSON under SCIM's own name."""

    media_type = SCIM_TYPE

    def render(self, content: Any) -> bytes:
        return b"" if content is None else orjson.dumps(content)


class ScimRoute(APIRoute):
    """Says every error as SCIM does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except CadreError as error:
                status = _status(error)
                return _error(status, error.detail, _scim_type(error))
            except RequestValidationError:
                return _error(
                    400, "The request can't be read: send a JSON object.", "invalidSyntax"
                )
            except HTTPException as error:
                return _error(error.status_code, error.detail, None)

        return handled


router = APIRouter(
    prefix="/scim/v2",
    tags=["scim"],
    route_class=ScimRoute,
    default_response_class=ScimResponse,
    responses=ERRORS,
    dependencies=[requires("members:write")],
)

_Users = Annotated[DirectoryUsers, Provide(DirectoryUsers)]
_Groups = Annotated[DirectoryGroups, Provide(DirectoryGroups)]
_Sent = Annotated[dict[str, Any], Body()]


async def _asked(
    *,
    filter: Annotated[str, Query(max_length=4000)] = "",  # noqa: A002  # the standard's name
    sort_by: Annotated[str, Query(alias="sortBy", max_length=200)] = "",
    sort_order: Annotated[str, Query(alias="sortOrder", max_length=20)] = "ascending",
    start_index: Annotated[Int32, Query(alias="startIndex")] = 1,
    count: Int32 = 100,
    attributes: Annotated[str, Query(max_length=2000)] = "",
    excluded: Annotated[str, Query(alias="excludedAttributes", max_length=2000)] = "",
) -> Asked:
    return Asked(
        filter,
        sort_by,
        sort_order.lower() == "descending",
        start_index,
        count,
        _names(attributes),
        _names(excluded),
    )


_Asked = Annotated[Asked, Depends(_asked)]


@router.get("/ServiceProviderConfig", summary="What this SCIM can", responses=ONE)
async def get_service_provider_config(request: Request) -> ScimResponse:
    """RFC 7643, section 5."""
    return ScimResponse(described.service_provider_config(_base(request)))


@router.get("/ResourceTypes", summary="Which resources there are", responses=SEVERAL)
async def list_resource_types(request: Request) -> ScimResponse:
    """Users and groups."""
    return _list(described.resource_types(_base(request)))


@router.get("/ResourceTypes/{name}", summary="One kind of resource", responses=ONE)
async def get_resource_type(name: str, request: Request) -> ScimResponse:
    """Where it is and which schema it has."""
    return _one_of(described.resource_types(_base(request)), name)


@router.get("/Schemas", summary="Which schemas there are", responses=SEVERAL)
async def list_schemas(request: Request) -> ScimResponse:
    """Of users, groups and the enterprise extension."""
    return _list(described.schemas(_base(request)))


@router.get("/Schemas/{urn}", summary="One schema", responses=ONE)
async def get_schema(urn: str, request: Request) -> ScimResponse:
    """All attributes that are kept."""
    return _one_of(described.schemas(_base(request)), urn)


@router.get("/Users", summary="List users", responses=SEVERAL)
async def list_users(request: Request, work: Reading, users: _Users, asked: _Asked) -> ScimResponse:
    """Everybody in the organisation, with `filter`, `sortBy` and paging."""
    return ScimResponse(listed(await users.all(work, _base(request)), asked))


@router.post("/Users/.search", summary="Search users", responses=SEVERAL)
async def search_users(sent: _Sent, request: Request, work: Reading, users: _Users) -> ScimResponse:
    """The same with the question in the body."""
    return ScimResponse(listed(await users.all(work, _base(request)), _question(sent)))


@router.post("/Users", status_code=201, summary="Add a user", responses=MADE)
async def create_user(sent: _Sent, request: Request, work: Writing, users: _Users) -> ScimResponse:
    """They come in by a provider; a password they have none."""
    made = await users.create(work, grants_of(request), sent, _base(request))
    return _resource(request, made, 201)


@router.get("/Users/{user_id}", summary="One user", responses=ONE_IF_CHANGED)
async def get_user(
    user_id: str, request: Request, work: Reading, users: _Users, asked: _Asked
) -> ScimResponse:
    """With the version as `ETag`."""
    return _resource(request, await users.get(work, user_id, _base(request)), asked=asked)


@router.put("/Users/{user_id}", summary="Replace a user", responses=ONE)
async def replace_user(
    user_id: str, sent: _Sent, request: Request, work: Writing, users: _Users
) -> ScimResponse:
    """All that was said of them before."""
    _require_version(request, await users.get(work, user_id, _base(request)))
    after = await users.replace(work, grants_of(request), user_id, sent, _base(request))
    return _resource(request, after)


@router.patch("/Users/{user_id}", summary="Change a user", responses=ONE)
async def patch_user(
    user_id: str, sent: _Sent, request: Request, work: Writing, users: _Users
) -> ScimResponse:
    """`active` false signs them out everywhere, at once."""
    before = await users.get(work, user_id, _base(request))
    _require_version(request, before)
    wanted = patched(before, sent)
    after = await users.replace(work, grants_of(request), user_id, wanted, _base(request))
    return _resource(request, after)


@router.delete("/Users/{user_id}", status_code=204, summary="Delete a user")
async def delete_user(user_id: str, request: Request, work: Writing, users: _Users) -> ScimResponse:
    """Suspends them: what was theirs stays."""
    _require_version(request, await users.get(work, user_id, _base(request)))
    await users.delete(work, user_id)
    return ScimResponse(None, 204)


@router.get("/Groups", summary="List groups", responses=SEVERAL)
async def list_groups(
    request: Request, work: Reading, groups: _Groups, asked: _Asked
) -> ScimResponse:
    """With their people, unless `excludedAttributes=members`."""
    return ScimResponse(listed(await groups.all(work, _base(request)), asked))


@router.post("/Groups/.search", summary="Search groups", responses=SEVERAL)
async def search_groups(
    sent: _Sent, request: Request, work: Reading, groups: _Groups
) -> ScimResponse:
    """The same with the question in the body."""
    return ScimResponse(listed(await groups.all(work, _base(request)), _question(sent)))


@router.post("/Groups", status_code=201, summary="Add a group", responses=MADE)
async def create_group(
    sent: _Sent, request: Request, work: Writing, groups: _Groups
) -> ScimResponse:
    """It gives nothing until a role is given to it."""
    made = await groups.create(work, actor_of(request.scope), sent, _base(request))
    return _resource(request, made, 201)


@router.get("/Groups/{group_id}", summary="One group", responses=ONE_IF_CHANGED)
async def get_group(
    group_id: str, request: Request, work: Reading, groups: _Groups, asked: _Asked
) -> ScimResponse:
    """With the version as `ETag`."""
    return _resource(request, await groups.get(work, group_id, _base(request)), asked=asked)


@router.put("/Groups/{group_id}", summary="Replace a group", responses=ONE)
async def replace_group(
    group_id: str, sent: _Sent, request: Request, work: Writing, groups: _Groups
) -> ScimResponse:
    """Its name and who is in it."""
    _require_version(request, await groups.get(work, group_id, _base(request)))
    actor = actor_of(request.scope)
    return _resource(request, await groups.replace(work, actor, group_id, sent, _base(request)))


@router.patch("/Groups/{group_id}", summary="Change a group", responses=ONE)
async def patch_group(
    group_id: str, sent: _Sent, request: Request, work: Writing, groups: _Groups
) -> ScimResponse:
    """Such as `members[value eq "usr_1"]` to remove one."""
    before = await groups.get(work, group_id, _base(request))
    _require_version(request, before)
    wanted, actor = patched(before, sent), actor_of(request.scope)
    return _resource(request, await groups.replace(work, actor, group_id, wanted, _base(request)))


@router.delete("/Groups/{group_id}", status_code=204, summary="Delete a group")
async def delete_group(
    group_id: str, request: Request, work: Writing, groups: _Groups
) -> ScimResponse:
    """With what it gave; the people stay."""
    _require_version(request, await groups.get(work, group_id, _base(request)))
    await groups.delete(work, actor_of(request.scope), group_id)
    return ScimResponse(None, 204)


def _base(request: Request) -> str:
    return f"{page_of(request.scope)}{SCIM_BASE}"


def _resource(
    request: Request, resource: dict[str, Any], status: int = 200, asked: Asked | None = None
) -> ScimResponse:
    meta = resource["meta"]
    headers = {"ETag": meta["version"], "Location": meta["location"]}
    if request.method == "GET" and request.headers.get("if-none-match") == meta["version"]:
        return ScimResponse(None, 304, headers)
    return ScimResponse(cut(resource, asked or Asked()), status, headers)


def _require_version(request: Request, resource: dict[str, Any]) -> None:
    wanted = request.headers.get("if-match", "*")
    if wanted != "*" and resource["meta"]["version"] not in [e.strip() for e in wanted.split(",")]:
        raise VersionDiffers("It was changed meanwhile: read it again.")


def _question(sent: dict[str, Any]) -> Asked:
    def text(name: str) -> str:
        found = sent.get(name, "")
        if not isinstance(found, str):
            raise BadSyntax(f"`{name}` is a text.", field=name)
        return found

    def number(name: str, default: int) -> int:
        found = sent.get(name, default)
        if not isinstance(found, int) or isinstance(found, bool):
            raise BadSyntax(f"`{name}` is a number.", field=name)
        return found

    def names(name: str) -> tuple[str, ...]:
        found = sent.get(name)
        items = cast("list[object]", found) if isinstance(found, list) else []
        return tuple(str(each) for each in items)

    return Asked(
        text("filter"),
        text("sortBy"),
        text("sortOrder").lower() == "descending",
        number("startIndex", 1),
        number("count", 100),
        names("attributes"),
        names("excludedAttributes"),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _list(resources: list[dict[str, Any]]) -> ScimResponse:
    shown = {"schemas": [LIST], "totalResults": len(resources), "startIndex": 1}
    return ScimResponse({**shown, "itemsPerPage": len(resources), "Resources": resources})


def _one_of(resources: list[dict[str, Any]], wanted: str) -> ScimResponse:
    for each in resources:
        if each["id"] == wanted:
            return ScimResponse(each)
    raise ResourceNotFound(f"There is no `{wanted[:100]}`.")


def _status(error: CadreError) -> int:
    if isinstance(error, VersionDiffers):
        return 412
    return 400 if isinstance(error, Invalid) else problem_of(error).status


def _scim_type(error: CadreError) -> str | None:
    known = getattr(error, "scim_type", None)
    if known is None and isinstance(error, Conflict) and error.field is not None:
        return "uniqueness"  # the rooms below name the field that somebody else has
    return known


def _error(status: int, detail: str, scim_type: str | None) -> ScimResponse:
    return ScimResponse(scim_error(status, detail, scim_type), status)
