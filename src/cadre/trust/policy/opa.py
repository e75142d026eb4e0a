"""An OPA server as the judge: `POST /v1/data/cadre/decision`. Where it is silent, nothing passes."""

import json
from typing import Any

from cadre.infra.http_client import HttpClient, HttpLimits, host_and_port
from cadre.kernel.errors import CadreError
from cadre.trust.policy.errors import EvaluationFailed

_LIMITS = HttpLimits(total_seconds=3, connect_seconds=1, body_bytes=1_000_000, redirects=0)
_PATH = "/v1/data/cadre/decision"
_HEADERS = {"Content-Type": "application/json"}


class OpaServer:
    """The server at `url`, which holds the bundle of `policies/` and whatever else is in force."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/") + _PATH

    async def evaluate(self, given: Any) -> Any:
        """`data.cadre.decision` for `given`, or raise `EvaluationFailed`."""
        try:
            answer = await self._http.request(
                "POST",
                self._url,
                headers=_HEADERS,
                body=json.dumps({"input": given}).encode(),
                limits=_LIMITS,
                allow_private=[host_and_port(self._url)],
            )
        except CadreError as error:
            raise EvaluationFailed("The OPA server does not answer.") from error
        if answer.status != 200:
            raise EvaluationFailed(f"The OPA server answered with status {answer.status}.")
        try:
            return json.loads(answer.body).get("result")
        except (ValueError, AttributeError) as error:
            raise EvaluationFailed("The OPA server's answer can't be read.") from error
