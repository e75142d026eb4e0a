"""The policies of an org: kept by version, checked before they are, put in force by name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from cadre.infra.database import Work
from cadre.trust.policy.bundle import Module, Shipped
from cadre.trust.policy.checking import (
    TESTS_PACKAGE,
    check_module,
    check_text,
    checked_name,
    fault_of,
)
from cadre.trust.policy.errors import PolicyNotFound, PolicyTestsFail
from cadre.trust.policy.interpreters import Interpreters
from cadre.trust.policy.process import CompilationFailed
from cadre.trust.policy.schemas import Draft, PolicyDetail, PolicyInfo, PolicyText, PolicyVersion
from cadre.trust.policy.store import PolicyStore
from cadre.trust.policy.testing import TestResult, run_tests


class PolicyBook:
    """Keeps policies; `shipped` are those that every org has."""

    def __init__(self, shipped: Shipped, interpreters: Interpreters) -> None:
        self._shipped = shipped
        self._interpreters = interpreters

    async def listing(self, work: Work) -> list[PolicyInfo]:
        """The shipped policies, then the org's own."""
        store = PolicyStore(work)
        active = dict(await store.in_force())
        shipped = [
            PolicyInfo(name=module.name, shipped=True, active=None, newest=None)
            for module in self._shipped.bundle.modules
        ]
        return shipped + [
            PolicyInfo(
                name=row.name,
                shipped=False,
                active=active.get(row.name),
                newest=row.version,
                note=row.note,
                changed_at=row.created_at,
                changed_by=row.created_by,
            )
            for row in await store.newest()
        ]

    async def get(self, work: Work, name: str, version: int | None = None) -> PolicyDetail:
        """One version, by default the newest; a shipped one by its file's name."""
        for module in self._shipped.bundle.modules:
            if module.name == name:
                return PolicyDetail(
                    name=name, shipped=True, version=None, active=None, text=module.text
                )
        row = await self._row(work, name, version)
        active = dict(await PolicyStore(work).in_force()).get(name)
        return PolicyDetail(
            name=name,
            shipped=False,
            version=row.version,
            active=active,
            text=row.text,
            tests=row.tests,
            note=row.note,
        )

    async def versions(self, work: Work, name: str) -> list[PolicyVersion]:
        """Newest first."""
        await self._row(work, name)
        active = dict(await PolicyStore(work).in_force()).get(name)
        return [PolicyVersion.of(row, active) for row in await PolicyStore(work).versions(name)]

    async def put(self, work: Work, name: str, given: PolicyText) -> PolicyDetail:
        """Keep a draft as a new version, or raise `BadPolicy`. Nothing is in force by that."""
        await self.check(checked_name(name), given.text, given.tests)
        await self._add(work, name, given)
        return await self.get(work, name)

    async def restore(self, work: Work, name: str, version: int) -> PolicyDetail:
        """Make an older version the newest one, as a draft."""
        row = await self._row(work, name, version)
        given = PolicyText(text=row.text, tests=row.tests, note=row.note)
        await self._add(work, name, given, restored_from=version)
        return await self.get(work, name)

    async def activate(self, work: Work, name: str, version: int | None) -> PolicyDetail:
        """Put a version in force, by default the newest, if its tests pass."""
        row = await self._row(work, name, version)
        draft = Draft(name=name, text=row.text, tests=row.tests)
        failed = [one for one in await self.test(work, draft) if not one.passed]
        if failed:
            raise PolicyTestsFail(
                f"{len(failed)} of its tests fail, first {failed[0].name}: {failed[0].why} "
                "Correct the policy or the test, then activate again."
            )
        await PolicyStore(work).put_in_force(name, row.version)
        return await self.get(work, name, row.version)

    async def deactivate(self, work: Work, name: str) -> None:
        """Take the policy out of force. Its versions stay."""
        await self._row(work, name)
        await PolicyStore(work).put_in_force(name, None)

    async def check(self, name: str, text: str, tests: str) -> None:
        """Raise `BadPolicy` that says what is wrong, with line and column."""
        await check_module(self._interpreters, self._shipped.bundle, name, text)
        if tests:
            check_text(tests, f"{TESTS_PACKAGE}.{name}", "tests")
            await self._run([Module(name, text)], [Module(f"{name}_test", tests)])

    async def test(self, work: Work, draft: Draft | None) -> list[TestResult]:
        """Run the tests of the draft; without one, of all that is in force and of what ships."""
        if draft is None:
            own, tests = await self._in_force(work)
            return await self._run(own, [*self._shipped.tests, *tests])
        text, tests_text = await self.texts(work, draft)
        check_text(tests_text, f"{TESTS_PACKAGE}.{draft.name}", "tests") if tests_text else None
        own = await self.modules(work, draft)
        tests = [Module(f"{draft.name}_test", tests_text)] if tests_text else []
        await check_module(self._interpreters, self._shipped.bundle, draft.name, text)
        return await self._run(own, tests)

    async def modules(self, work: Work, draft: Draft | None = None) -> list[Module]:
        """The org's modules in force, with `draft` in the place of its name."""
        own, _ = await self._in_force(work)
        if draft is None:
            return own
        text, _ = await self.texts(work, draft)
        return [*(one for one in own if one.name != draft.name), Module(draft.name, text)]

    async def texts(self, work: Work, draft: Draft) -> tuple[str, str]:
        """The text and the tests that `draft` means."""
        checked_name(draft.name)
        if draft.text is not None and draft.tests is not None:
            return draft.text, draft.tests
        if draft.text is not None:
            row = await PolicyStore(work).get(draft.name)
            return draft.text, row.tests if row else ""
        row = await self._row(work, draft.name)
        return row.text, row.tests if draft.tests is None else draft.tests

    async def _in_force(self, work: Work) -> tuple[list[Module], list[Module]]:
        store = PolicyStore(work)
        rows = [await store.get(name, version) for name, version in await store.in_force()]
        modules = [Module(row.name, row.text) for row in rows if row]
        return modules, [Module(f"{row.name}_test", row.tests) for row in rows if row and row.tests]

    async def _run(self, own: Sequence[Module], tests: Sequence[Module]) -> list[TestResult]:
        modules = [*self._shipped.bundle.modules, *own]
        try:
            return await run_tests(self._interpreters, modules, tests)
        except CompilationFailed as error:
            texts = {one.name: ("text", one.text) for one in own}
            texts |= {one.name: ("tests", one.text) for one in tests}
            raise fault_of(error, texts) from error

    async def _add(
        self, work: Work, name: str, given: PolicyText, restored_from: int | None = None
    ) -> None:
        store = PolicyStore(work)
        newest = await store.get(name)
        await store.add(
            name,
            newest.version + 1 if newest else 1,
            given.text,
            tests=given.tests,
            note=given.note,
            restored_from=restored_from,
        )

    async def _row(self, work: Work, name: str, version: int | None = None) -> Row[Any]:
        row = await PolicyStore(work).get(name, version)
        if row is None:
            which = "" if version is None else f" in version {version}"
            raise PolicyNotFound(f"There is no policy {name[:80]!r}{which}.")
        return row
