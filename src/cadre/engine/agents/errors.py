"""What can be wrong with an agent, or with what it did."""

from cadre.kernel.errors import CadreError, Conflict, Invalid, LimitReached, NotFound


class AgentNotFound(NotFound):
    """The org has no agent of that name, or not that version of it."""

    code = "agent_not_found"


class BadDefinition(Invalid):
    """The YAML of an agent can't be read or says something that isn't possible."""

    code = "bad_definition"
    title = "The agent's definition is not valid"


class AgentShipped(Conflict):
    """The agent comes with cadre and was not changed here."""

    code = "agent_shipped"


class StepLimitReached(LimitReached):
    """The agent asked its model as often as its definition allows and was not done."""

    code = "step_limit_reached"


class CostLimitReached(LimitReached):
    """The run has cost what its agent may spend."""

    code = "cost_limit_reached"


class TimeLimitReached(LimitReached):
    """The run has worked as long as its agent may."""

    code = "time_limit_reached"


class BadInput(Invalid):
    """What the run was given can't be used."""

    code = "bad_input"


class AnswerRefused(CadreError):
    """The model's provider held the answer back."""

    code = "answer_refused"
    title = "The model refused to answer"
