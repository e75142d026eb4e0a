"""Pool: an org's candidates, and what routing works out about them once.

A pool is kept for the very candidates it was made of; other objects make another pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cadre.engine.models.card import ModelCard
from cadre.engine.models.routing.candidate import Candidate
from cadre.engine.models.routing.fitness import Wanted

_MOST_KEPT = 256
_LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True)
class Screened:
    """The candidates that a rule can choose from, and the others with a sentence each."""

    fit: list[Candidate]
    unfit: list[tuple[Candidate, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """`stands_for` is the retired model in whose place `candidate` stands, if it does."""

    candidate: Candidate
    stands_for: str | None = None


class Pool:
    """A model is meant by "provider:id", "provider:alias", an id or an alias alone."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._by_name = {one.name: one for one in candidates}
        self._spellings = _spell(candidates)
        self._screens: dict[Wanted, Screened] = {}

    def screen(self, wanted: Wanted) -> Screened:
        """Who is fit for what is `wanted`, leaving aside how much is asked."""
        known = self._screens.get(wanted)
        if known is not None:
            return known
        screened = Screened([], [])
        for one in self._candidates:
            reason = wanted.why_unfit(one)
            if reason is None:
                screened.fit.append(one)
            else:
                screened.unfit.append((one, reason))
        if len(self._screens) >= _MOST_KEPT:
            self._screens.clear()
        self._screens[wanted] = screened
        return screened

    def find(self, name: str) -> Found | None:
        """The candidate that `name` means, or the one that took over from it."""
        found = self._by_name.get(name) or self._spellings.get(name) or self._unheard(name)
        if found is None:
            return None
        return Found(found) if found.card.status != "retired" else self._heir(found)

    def _unheard(self, name: str) -> Candidate | None:
        """A model that nobody wrote a card for, of a provider that is there."""
        provider, _, model = name.partition(":")
        if not model or len(model) > 200:
            return None
        siblings = [one for one in self._candidates if one.card.provider == provider]
        if not siblings:
            return None
        return Candidate(
            ModelCard(provider=provider, id=model, source="discovered"),
            is_configured=any(one.is_configured for one in siblings),
            is_local=all(one.is_local for one in siblings),
        )

    def _heir(self, retired: Candidate) -> Found:
        heir = retired
        for _ in range(_LONGEST_CHAIN):  # a ring of successors has no end
            following = self._successor(heir)
            if heir.card.status != "retired" or following is None:
                break
            heir = following
        return Found(heir, None if heir is retired else retired.name)

    def _successor(self, one: Candidate) -> Candidate | None:
        name = one.card.successor
        if name is None:
            return None
        beside = f"{one.card.provider}:{name}"
        return self._by_name.get(name) or self._spellings.get(beside) or self._spellings.get(name)


@lru_cache(512)
def pool_of(candidates: tuple[Candidate, ...]) -> Pool:
    """The pool of these very candidates."""
    return Pool(candidates)


def _spell(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    spellings: dict[str, Candidate] = {}
    # An id that several providers have means one that can be asked, the first of them.
    for one in sorted(candidates, key=lambda one: not one.is_configured):
        for spelling in (one.card.id, *one.card.aliases):
            spellings.setdefault(spelling, one)
            spellings.setdefault(f"{one.card.provider}:{spelling}", one)
    return spellings
