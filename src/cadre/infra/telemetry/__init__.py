"""Telemetry: structured logs that carry ids and never a secret."""

from cadre.infra.telemetry.logs import Logger, configure_logs, get_logger, mask_in_logs

__all__ = ["Logger", "configure_logs", "get_logger", "mask_in_logs"]
