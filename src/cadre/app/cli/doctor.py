"""`cadre doctor`: what is configured, what is missing, what would fix it."""

from cadre.app.cli.exits import DONE, FAILED, finish
from cadre.app.cli.output import AsJson, console, print_json

_MARKS = {"ok": "[green]✓[/]", "missing": "[yellow]![/]", "broken": "[red]✗[/]"}


def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, what is missing, and what would fix it.

    Exit code 1 if something is broken; what is only missing is not.
    """

    async def command() -> int:
        from dataclasses import asdict

        from cadre.app.doctor import examine
        from cadre.app.settings import load_settings

        findings = await examine(load_settings())
        if as_json:
            print_json([asdict(finding) for finding in findings])
        else:
            out = console()
            for finding in findings:
                out.print(_MARKS[finding.state], end=" ")
                out.print(f"{finding.about}: {finding.says}", markup=False)
                if finding.remedy:
                    out.print(f"  → {finding.remedy}", style="dim", markup=False)
        return FAILED if any(finding.state == "broken" for finding in findings) else DONE

    finish(command())
