"""Passing: a provider's own answer to a body in its own words, for a door that speaks them too.

What a provider would misread is not passed: then there is no `Passing`, and who asks translates.
"""

from cadre.engine.models.endpoints import Patience, Wire
from cadre.engine.models.ports import Passing
from cadre.engine.models.providers import deviations_of
from cadre.engine.models.targets import Target
from cadre.engine.models.wires.openai import OpenAIPassing, may_pass
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Json


def passing(
    http: HttpClient, target: Target, wire: Wire, data: dict[str, Json], patience: Patience
) -> Passing | None:
    """How `data`, in the words of `wire`, goes to `target` as it is; None if it can't."""
    endpoint, model = target.endpoint, target.card.id
    if endpoint.wire != wire:
        return None
    match wire:
        case "openai":
            rules = deviations_of(endpoint).of(model)
            if not may_pass(data, rules):
                return None
            return OpenAIPassing(http, endpoint, model, rules, target.price, patience)
        case "anthropic":
            from cadre.engine.models.wires.anthropic import AnthropicPassing

            return AnthropicPassing(http, endpoint, model, patience)
        case "gemini":
            from cadre.engine.models.wires.gemini import GeminiPassing

            return GeminiPassing(http, endpoint, model, patience)
        case "offline":
            return None
