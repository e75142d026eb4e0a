"""A binding: a role given to somebody, perhaps not everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from cadre.kernel.grants import Grant, Grants
from cadre.trust.access.grants import in_one_place, narrowed
from cadre.trust.access.subject import Subject


@dataclass(frozen=True, slots=True)
class Binding:
    """`grants` are the role's. None for a project or an environment: in all of them."""

    id: str
    subject: Subject
    role: str
    grants: frozenset[Grant]
    project: str | None
    environment: str | None
    resources: tuple[str, ...]
    created_at: float
    created_by: str

    def counts(self, project: str | None, environment: str | None) -> bool:
        """Whether it counts there; None asks for everywhere at once."""
        return self.project in (None, project) and self.environment in (None, environment)

    def given(self) -> frozenset[Grant]:
        """What it gives wherever it counts."""
        granted = narrowed(self.grants, self.resources)
        is_everywhere = self.project is None and self.environment is None
        return granted if is_everywhere else in_one_place(granted)


def grants_by(
    bindings: Iterable[Binding], project: str | None, environment: str | None
) -> frozenset[Grant]:
    """All that `bindings` give together in one project and environment."""
    counting = (each.given() for each in bindings if each.counts(project, environment))
    return frozenset[Grant]().union(*counting)


def reasons(
    bindings: Iterable[Binding], permission: str, resource: str
) -> list[tuple[Binding, Grant]]:
    """The bindings that give `permission` on `resource`, each with the grant that does."""
    found: list[tuple[Binding, Grant]] = []
    for binding in bindings:
        granting = sorted(g for g in binding.given() if g.covers(permission, resource))
        if granting:
            found.append((binding, granting[0]))
    return found


def gives_some(binding: Binding, permission: str) -> bool:
    return Grants(binding.given()).allows_some(permission)
