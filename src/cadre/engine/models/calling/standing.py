"""Standing: numbers in a word and a sentence."""

from collections import Counter
from collections.abc import Sequence

from cadre.engine.models.calling import histogram
from cadre.engine.models.calling.breaker import State
from cadre.engine.models.calling.schemas import Measures, Standing
from cadre.engine.models.calling.statistics import Counts, FailureKind

_GOOD = 0.95
_BAD = 0.5
_LEAST_CALLS = 20
_SLOWER = 3.0
_SLOW_SECONDS = 1.0
_WORDS: dict[FailureKind, str] = {
    "limited": "its limit was reached",
    "broken": "its answer could not be read",
    "unavailable": "it did not answer",
    "denied": "it refused the key",
    "missing": "it did not know the model",
    "other": "the call failed",
}


def measures_of(counts: Counts) -> Measures:
    return Measures(
        calls=counts.calls,
        succeeded=counts.succeeded,
        refused=counts.refused,
        failures={kind: count for kind, count in counts.failures().items() if count},
        success_rate=counts.success_rate,
        first_token_seconds=histogram.quantile(counts.first, 0.5),
        first_token_p95_seconds=histogram.quantile(counts.first, 0.95),
        total_seconds=histogram.quantile(counts.total, 0.5),
        tokens_per_second=counts.tokens_per_second,
        probes=counts.probes,
    )


def state_of(counts: Counts) -> Standing:
    rate = counts.success_rate
    if rate is None:
        return "unknown"
    if rate >= _GOOD:
        return "ok"
    return "degraded" if rate >= _BAD else "down"


def standing(
    recent: Counts, day: Counts, circuit: State, opens_in_seconds: float
) -> tuple[Standing, str]:
    """How a target does now, with the reason."""
    if circuit == "open":
        return "down", f"Left alone for another {opens_in_seconds:.0f} s. {_failures(recent)}"
    state = state_of(recent)
    if state == "unknown":
        return state, "Nobody asked it in the last ten minutes."
    if circuit == "half_open":
        return "degraded", f"The next call shows whether it is well again. {_failures(recent)}"
    if state != "ok":
        return state, _failures(recent)
    if usual := _usual_if_slow(recent, day):
        now = histogram.quantile(recent.first, 0.5) or 0.0
        return "degraded", f"Slow: {now:.1f} s to the first word, {usual:.1f} s over the day."
    return "ok", f"{recent.succeeded} of {recent.calls} calls in the last ten minutes succeeded."


def together(name: str, states: Sequence[Standing]) -> tuple[Standing, str]:
    """A provider's standing, from those of its models and its own."""
    known = Counter(state for state in states if state != "unknown")
    total = sum(known.values())
    if not total:
        return "unknown", f"Nobody asked {name} in the last ten minutes."
    if known["ok"] == total:
        return "ok", f"{name} is well."
    if known["down"] == total:
        return "down", f"{name} does not answer."
    return "degraded", f"{known['ok']} of {total} models of {name} are well."


def _failures(counts: Counts) -> str:
    if not counts.failed:
        return "No call failed in the last ten minutes."
    kind, count = max(counts.failures().items(), key=lambda item: item[1])
    most = f"mostly because {_WORDS[kind]}" if count < counts.failed else f"because {_WORDS[kind]}"
    return f"{counts.failed} of {counts.calls} calls in the last ten minutes failed, {most}."


def _usual_if_slow(recent: Counts, day: Counts) -> float | None:
    now, usual = histogram.quantile(recent.first, 0.5), histogram.quantile(day.first, 0.5)
    if now is None or usual is None or recent.calls < _LEAST_CALLS:
        return None
    return usual if now > _SLOW_SECONDS and now > usual * _SLOWER else None
