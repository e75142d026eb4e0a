"""Agents: definitions by name and version. A run keeps the definition that it began with."""

from sqlalchemy.exc import IntegrityError

from cadre.engine.agents.definition import AgentDefinition, read_definition
from cadre.engine.agents.errors import AgentNotFound, AgentShipped, BadDefinition
from cadre.engine.agents.schemas import Agent, AgentSummary, AgentVersion
from cadre.engine.agents.shipped import read_library
from cadre.engine.agents.store import AgentStore
from cadre.engine.tools import Toolbox
from cadre.infra.database import Work
from cadre.kernel.errors import Conflict, NotFound


class Agents:
    """An org's agents, over those that ship with cadre."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._shipped = {name: _shipped(text) for name, text in read_library().items()}

    async def listing(self, work: Work) -> list[AgentSummary]:
        """The newest version of each, by name."""
        own = {
            row.name: _agent(row.yaml, row.version, row) for row in await AgentStore(work).latest()
        }
        merged = {**self._shipped, **own}
        return [
            AgentSummary.model_validate(
                merged[name].model_dump(include=set(AgentSummary.model_fields))
            )
            for name in sorted(merged)
        ]

    async def get(self, work: Work, name: str, version: int | None = None) -> Agent:
        """One version, by default the newest; version 0 is the shipped one."""
        if version != 0 and (row := await AgentStore(work).get(name, version)) is not None:
            return _agent(row.yaml, row.version, row)
        if version in {None, 0} and name in self._shipped:
            return self._shipped[name]
        which = f"`{name}`" if version is None else f"version {version} of `{name}`"
        known = ", ".join(agent.name for agent in await self.listing(work))
        raise AgentNotFound(f"There is no agent {which}. There are: {known}.", field="agent")

    async def definition(self, work: Work, name: str) -> AgentDefinition:
        """What a new run of `name` is given."""
        row = await AgentStore(work).get(name, None)
        return read_definition((await self.get(work, name)).yaml if row is None else row.yaml)

    async def versions(self, work: Work, name: str) -> list[AgentVersion]:
        """Newest first; version 0 last, if the agent ships with cadre."""
        found = await AgentStore(work).versions(name)
        if shipped := self._shipped.get(name):
            digest = shipped.digest
            found.append(AgentVersion(version=0, digest=digest, created_at=None, created_by=None))
        if not found:
            raise AgentNotFound(f"There is no agent `{name}`.", field="agent")
        return found

    def check(self, text: str) -> AgentDefinition:
        """Read a definition, or raise `BadDefinition` that names the field and the remedy."""
        definition = read_definition(text)
        self._refuse_unknown_tools(definition)
        return definition

    async def put(self, work: Work, name: str, text: str) -> Agent:
        """Save `text` as the newest version; what is there already makes no new one."""
        definition = self.check(text)
        if definition.name != name:
            raise BadDefinition(
                f"The definition is of `{definition.name}`, not of `{name}`: make them the same.",
                field="name",
            )
        store = AgentStore(work)
        newest = await store.get(name, None)
        if newest is not None and newest.yaml == text:
            return _agent(newest.yaml, newest.version, newest)
        version = newest.version + 1 if newest is not None else 1
        try:
            await store.add(name, version, text, definition.digest)
        except IntegrityError as error:
            raise Conflict(f"Somebody saved `{name}` at this moment. Look again.") from error
        return await self.get(work, name, version)

    async def delete(self, work: Work, name: str) -> None:
        """Forget every version of the org's own; a shipped agent comes back as it was."""
        if await AgentStore(work).delete(name):
            return
        if name in self._shipped:
            raise AgentShipped(f"`{name}` ships with cadre and can't be deleted.")
        raise AgentNotFound(f"There is no agent `{name}`.", field="agent")

    def _refuse_unknown_tools(self, definition: AgentDefinition) -> None:
        for number, name in enumerate(definition.tools):
            try:
                self._toolbox.get(name)
            except NotFound as error:
                field = f"tools[{number}]"
                raise BadDefinition(f"`{field}`: {error.detail}", field=field) from error


def _agent(text: str, version: int, row: object = None) -> Agent:
    definition = read_definition(text)
    return Agent(
        name=definition.name,
        description=definition.description,
        version=version,
        model=definition.model,
        tools=definition.tools,
        updated_at=getattr(row, "created_at", None),
        builtin=row is None,
        yaml=text,
        digest=definition.digest,
        created_by=getattr(row, "created_by", None),
    )


def _shipped(text: str) -> Agent:
    return _agent(text, 0)
