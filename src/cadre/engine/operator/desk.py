"""The desk: the tools at hand and what they have answered in this turn.

A plan is written as if every call returned at once. The first call that has no answer yet
ends the attempt with `NotYet`; the next request brings the answer and the plan is run again
from the top. So a plan must make the same calls in the same order each time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cadre.engine.operator.conversation import Result
from cadre.kernel.messages import Json


@dataclass(frozen=True)
class Call:
    """A call of a tool that is wanted next."""

    name: str
    arguments: dict[str, Json]


class NotYet(Exception):
    """The plan goes on when this call is answered."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.name)
        self.call = call


class ToolMissing(Exception):
    """The plan needs a tool that the agent was not given."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ToolFailed(Exception):
    """The tool, or the person who had to approve it, said no."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.text)
        self.result = result


class Desk:
    """What a plan may ask for.

    `now` is the time of the request, in Unix seconds; `attached` are the files of the message.
    """

    def __init__(
        self,
        tools: Collection[str],
        results: Sequence[Result],
        now: float,
        attached: Collection[str] = (),
    ) -> None:
        self.tools = frozenset(tools)
        self.now = now
        self.attached = frozenset(attached)
        self._results = results
        self._next = 0

    def offers(self, name: str) -> bool:
        return name in self.tools

    def call(self, name: str, **arguments: Json) -> Result:
        """Return the tool's answer; raise `ToolFailed` if it is an error."""
        result = self.attempt(name, **arguments)
        if result.is_error:
            raise ToolFailed(result)
        return result

    def attempt(self, name: str, **arguments: Json) -> Result:
        """Return the tool's answer, an error as well."""
        if name not in self.tools:
            raise ToolMissing(name)
        for position in range(self._next, len(self._results)):
            if self._results[position].name == name:
                self._next = position + 1
                return self._results[position]
        raise NotYet(Call(name, arguments))
