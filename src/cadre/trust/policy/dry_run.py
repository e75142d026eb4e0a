"""Dry runs: what a draft would have made of the calls of lately."""

import json
from collections import Counter
from collections.abc import Sequence

from pydantic import ValidationError

from cadre.trust.policy.decision import Decision, denied
from cadre.trust.policy.given import PolicyInput
from cadre.trust.policy.schemas import Change, KeptDecision, PolicyDryRun


def input_of(kept: KeptDecision) -> PolicyInput | None:
    """The input of a decision; None if a later version of cadre wrote it otherwise."""
    try:
        return PolicyInput.model_validate(kept.input)
    except ValidationError:
        return None


def compared(pairs: Sequence[tuple[KeptDecision, Decision]]) -> PolicyDryRun:
    """The changes among decisions and what they would be now."""
    changes = [_change(before, after) for before, after in pairs if before.effect != after.effect]
    counts = Counter(f"{change.before} to {change.after}" for change in changes)
    return PolicyDryRun(looked_at=len(pairs), changes=changes, counts=dict(counts))


def unreadable(kept: KeptDecision) -> Decision:
    return denied(f"The input of {kept.id} can't be read any more.", kept.version)


def _change(before: KeptDecision, after: Decision) -> Change:
    return Change(
        id=before.id,
        at=before.at,
        run_id=before.run_id,
        agent=before.agent,
        tool=before.tool,
        before=before.effect,
        before_reasons=before.reasons,
        after=after.effect,
        after_reasons=after.reasons,
        shortened='"left_out"' in json.dumps(before.input.get("arguments")),
    )
