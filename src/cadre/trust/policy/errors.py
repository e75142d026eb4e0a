"""What can be wrong with a policy."""

from cadre.kernel.errors import Conflict, Invalid, NotFound


class BadPolicy(Invalid):
    """The module is not Rego that cadre can use. `line` and `column` count from 1."""

    code = "bad_policy"
    title = "The policy can't be used"

    def __init__(
        self,
        detail: str,
        *,
        field: str = "text",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        where = "" if line is None else f"Line {line}, column {column}: "
        super().__init__(f"{where}{detail}", field=field)
        self.line = line
        self.column = column


class PolicyNotFound(NotFound):
    """No policy of this org has that name, or not in that version."""

    code = "policy_not_found"


class PolicyTestsFail(Conflict):
    """A policy whose own tests fail does not come into force."""

    code = "policy_tests_fail"
    title = "The policy fails its own tests"


class EvaluationFailed(Exception):
    """No decision came of an evaluation. The reason is for people; whatever asked is denied."""
