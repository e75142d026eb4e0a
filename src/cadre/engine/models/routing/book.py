"""Route book: an org's routes by version, over those that ship with cadre.

A change is effective with the next call in every process: each call compares the org's
revision with the one that its routes were read at.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from cadre.engine.models.revisions import RevisionStore
from cadre.engine.models.routing.errors import BadRoute, RouteNotFound, RouteShipped
from cadre.engine.models.routing.names import PLAIN, plain_route
from cadre.engine.models.routing.route import Route
from cadre.engine.models.routing.route_text import read_route
from cadre.engine.models.routing.schemas import RouteDetail, RouteInfo, RouteText, RouteVersion
from cadre.engine.models.routing.shipped import shipped_routes, shipped_texts
from cadre.engine.models.routing.store import RouteStore
from cadre.infra.database import Work
from cadre.kernel.errors import Conflict
from cadre.kernel.ids import OrgId

_MOST_ORGS = 1_000
_RESERVED = {"default", "offline", PLAIN}
Routes = Mapping[str, Route | BadRoute]


class RouteBook:
    """The routes of every org. What an org never changed costs it one lookup a call."""

    def __init__(self) -> None:
        self._known: OrderedDict[OrgId, tuple[str, Routes]] = OrderedDict()

    async def route(self, work: Work, name: str) -> Route:
        """The route of that name, else the one that a model's name or a chain of them stands for."""
        return route_named(await self.routes(work), name)

    async def names(self, work: Work) -> list[str]:
        """The names of all routes."""
        return sorted(await self.routes(work))

    async def listing(self, work: Work) -> list[RouteInfo]:
        """Every route by name, the org's own in place of shipped ones."""
        own = {row.name: row for row in await RouteStore(work).newest() if row.yaml is not None}
        names = sorted({*own, *shipped_texts()})
        details = [_detail(own[name]) if name in own else _shipped(name) for name in names]
        return [RouteInfo.model_validate(one.model_dump(include=_INFO)) for one in details]

    async def get(self, work: Work, name: str, version: int | None = None) -> RouteDetail:
        """One version, by default the active one; 0 is the shipped one."""
        row = None if version == 0 else await RouteStore(work).get(name, version)
        if row is not None and row.yaml is not None:
            return _detail(row)
        if version in {None, 0} and name in shipped_texts():
            return _shipped(name)
        which = f"`{name}`" if version is None else f"version {version} of `{name}`"
        known = ", ".join(await self.names(work))
        raise RouteNotFound(f"There is no route {which}. There are: {known}.", field="name")

    async def history(self, work: Work, name: str) -> list[RouteVersion]:
        """Newest first; version 0 last, if the route ships with cadre."""
        rows = await RouteStore(work).versions(name)
        found = [
            RouteVersion(
                version=row.version,
                yaml=row.yaml,
                restored_from=row.restored_from,
                created_at=row.created_at,
                created_by=row.created_by,
                is_active=row is rows[0] and row.yaml is not None,
            )
            for row in rows
        ]
        if (text := shipped_texts().get(name)) is not None:
            is_active = not rows or rows[0].yaml is None
            found.append(RouteVersion(version=0, yaml=text, is_active=is_active))
        if not found:
            raise RouteNotFound(f"There is no route `{name}`.", field="name")
        return found

    async def put(self, work: Work, name: str, given: RouteText) -> RouteDetail:
        """Save a route as the newest version; what is there already makes no new one."""
        checked_name(read_route(given.yaml), name)
        newest = await RouteStore(work).get(name)
        version = newest.version if newest is not None else 0
        is_shipped = newest is None or newest.yaml is None
        if given.based_on not in {None, version, 0 if is_shipped else version}:
            raise Conflict(
                f"`{name}` is at version {version} by now, not at {given.based_on}. "
                "Look at it again, then save.",
                field="based_on",
            )
        if newest is None or newest.yaml != given.yaml:
            await _add(work, name, version + 1, given.yaml)
        return await self.get(work, name)

    async def restore(self, work: Work, name: str, version: int) -> RouteDetail:
        """Make the text of an older version, or of the shipped route, the newest version."""
        text = (await self.get(work, name, version)).yaml
        read_route(text)
        newest = await RouteStore(work).get(name)
        following = newest.version + 1 if newest is not None else 1
        await _add(work, name, following, text, restored_from=version)
        return await self.get(work, name)

    async def delete(self, work: Work, name: str) -> None:
        """Take the org's own route out of use; a shipped one is back. The history stays."""
        newest = await RouteStore(work).get(name)
        if newest is not None and newest.yaml is not None:
            await _add(work, name, newest.version + 1, None)
        elif name in shipped_texts():
            raise RouteShipped(f"`{name}` ships with cadre and can't be deleted.")
        else:
            raise RouteNotFound(f"There is no route `{name}`.", field="name")

    async def routes(self, work: Work) -> Routes:
        """All routes by name; one that can't be read as the reason for that."""
        # The revision is read before the routes: they are at least as new as it says.
        revision = await RevisionStore(work).current()
        known = self._known.get(work.scope.org)
        if known is not None and known[0] == revision:
            self._known.move_to_end(work.scope.org)
            return known[1]
        routes: dict[str, Route | BadRoute] = {**shipped_routes()}
        if revision is None:
            return routes
        for row in await RouteStore(work).newest():
            if row.yaml is not None:
                routes[row.name] = _read(row.yaml)
        self._known[work.scope.org] = (revision, routes)
        if len(self._known) > _MOST_ORGS:
            self._known.popitem(last=False)
        return routes


def route_named(routes: Routes, name: str) -> Route:
    """The route of that name, else the one that a model's name or a chain of them stands for."""
    found = routes.get(name)
    if isinstance(found, BadRoute):
        raise BadRoute(f"The route `{name}` can't be used: {found.detail}", field=found.field)
    return plain_route(name) if found is None else found


def checked_name(route: Route, name: str) -> None:
    """Refuse a route that is not of `name`, or that has a name which means something else."""
    if route.name != name:
        raise BadRoute(
            f"The text is of `{route.name}`, not of `{name}`: make them the same.", field="name"
        )
    if name in _RESERVED:
        raise BadRoute(f"`{name}` means something else: choose another name.", field="name")


async def _add(
    work: Work, name: str, version: int, yaml: str | None, *, restored_from: int | None = None
) -> None:
    try:
        await RouteStore(work).add(name, version, yaml, restored_from=restored_from)
    except IntegrityError as error:
        raise Conflict(f"Somebody saved `{name}` at this moment. Look again.") from error


_INFO = set(RouteInfo.model_fields)


def _read(text: str) -> Route | BadRoute:
    """A route that an older cadre took and this one does not is no trouble until it is asked for."""
    try:
        return read_route(text)
    except BadRoute as error:
        return error


def _detail(row: Row[Any]) -> RouteDetail:
    route = _read(row.yaml)
    is_sound = isinstance(route, Route)
    return RouteDetail(
        name=row.name,
        description=route.description if is_sound else "",
        version=row.version,
        is_shipped=row.name in shipped_texts(),
        updated_at=row.created_at,
        updated_by=row.created_by,
        problem=None if is_sound else route.detail,
        yaml=row.yaml,
        route=route if is_sound else None,
    )


def _shipped(name: str) -> RouteDetail:
    route = shipped_routes()[name]
    return RouteDetail(
        name=name,
        description=route.description,
        version=0,
        is_shipped=True,
        yaml=shipped_texts()[name],
        route=route,
    )
