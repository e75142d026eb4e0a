"""The sandbox of a machine that has none: code tools are off, not unsafe."""

from cadre.engine.sandbox.ports import Command, Result, SandboxReport, SandboxUnavailable


class UnavailableSandbox:
    """Refuses every command with the reason that the probe found."""

    def __init__(self, report: SandboxReport) -> None:
        self._report = report

    async def run(self, command: Command) -> Result:
        """Raise `SandboxUnavailable`."""
        raise SandboxUnavailable(f"Can't run {command.argv[0]}. {self._report.reason}".strip())

    async def probe(self) -> SandboxReport:
        """The report it was made with."""
        return self._report
