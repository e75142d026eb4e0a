"""Web: what the routes of all rooms share.

A route asks for what it needs by type: whose request it is (`CurrentScope`), a unit of work
(`Reading`, `Writing`), a permission (`requires(...)`), a service (`Annotated[Runs, Provide(Runs)]`), a page of a list
(`Paging`). Errors leave as RFC 9457 problem details; a route never builds one.
"""

from cadre.infra.web.documentation import add_problems, document, file_answers, operations
from cadre.infra.web.downloads import download
from cadre.infra.web.headers import IdempotencyKey
from cadre.infra.web.ownership import Ownership, is_own, maker_of, owners_of, set_owners
from cadre.infra.web.paging import PageQuery, Paging
from cadre.infra.web.permits import (
    PermissionMissing,
    Permit,
    authorize,
    check,
    grants_of,
    only_own,
    permit_of,
    requires,
    requires_nothing,
    requires_own,
    requires_some,
    served,
    set_grants,
    unguarded,
)
from cadre.infra.web.problems import (
    Problem,
    ProblemMasks,
    install_problems,
    problem_of,
    problem_response,
)
from cadre.infra.web.requests import CurrentScope, Provide, current_scope, scope_of, set_scope
from cadre.infra.web.work import Reading, Writing

__all__ = [
    "CurrentScope",
    "IdempotencyKey",
    "Ownership",
    "PageQuery",
    "Paging",
    "PermissionMissing",
    "Permit",
    "Problem",
    "ProblemMasks",
    "Provide",
    "Reading",
    "Writing",
    "add_problems",
    "authorize",
    "check",
    "current_scope",
    "document",
    "download",
    "file_answers",
    "grants_of",
    "install_problems",
    "is_own",
    "maker_of",
    "only_own",
    "operations",
    "owners_of",
    "permit_of",
    "problem_of",
    "problem_response",
    "requires",
    "requires_nothing",
    "requires_own",
    "requires_some",
    "scope_of",
    "served",
    "set_grants",
    "set_owners",
    "set_scope",
    "unguarded",
]
