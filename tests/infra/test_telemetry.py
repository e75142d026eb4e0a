"""Logs: as they were asked for, whenever the logger was made, and without secrets."""

import subprocess
import sys

SCRIPT = """
from cadre.infra.telemetry import configure_logs, get_logger
log = get_logger("runs")
configure_logs("json")
log.info("signed in", api_key="sk-verysecret123", note="with Bearer abcdefghijkl", run_id="run_1")
"""


def test_a_logger_made_before_the_settings_follows_them_and_keeps_secrets():
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )

    assert result.stdout == ""
    assert result.stderr.startswith("{")
    assert '"room": "runs"' in result.stderr
    assert '"run_id": "run_1"' in result.stderr
    assert "secret123" not in result.stderr
    assert "abcdefghijkl" not in result.stderr
