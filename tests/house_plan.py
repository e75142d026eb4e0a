"""The rules of the house that import-linter can't say, read from the source as text.

Each rule is a function from the source folder to a list of sentences, one per violation,
so that the tests can also run it on a house with a planted fault.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOMED_FLOORS = {"infra", "trust", "engine", "operations", "edge"}
MAY_SPEAK_HTTP = ("cadre.infra.web", "cadre.edge", "cadre.app")
HTTP_FRAMEWORKS = {"fastapi", "starlette"}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 50
MAX_WEB_FILE_LINES = 250


def modules(source: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    """Each module below `source`/cadre: dotted name, file, syntax tree."""
    for path in sorted((source / "cadre").rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, path, ast.parse(path.read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[str]:
    """Every absolute name that is imported anywhere in the file, lazily or for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(name: str) -> tuple[str, str] | None:
    """`cadre.engine.runs.store` lies in ("engine", "runs"); the kernel has no rooms."""
    parts = name.split(".")
    if len(parts) >= 3 and parts[0] == "cadre" and parts[1] in ROOMED_FLOORS:
        return parts[1], parts[2]
    return None


def private_doors(source: Path) -> list[str]:
    """Only a room's `__init__` may be imported from outside it; the roof also mounts its routes."""
    names = {name for name, _path, _tree in modules(source)}
    found: list[str] = []
    for name, _path, tree in modules(source):
        for imported in imports(tree):
            home = room_of(imported)
            if home is None or home == room_of(name):
                continue
            inner = ".".join(imported.split(".")[:4])
            is_inner_module = inner in names and inner.count(".") == 3
            mounted = inner.endswith(".routes") and name.startswith("cadre.app")
            if is_inner_module and not mounted:
                found.append(f"{name} imports {imported}, which is private to {'/'.join(home)}")
    return found


def http_below_routes(source: Path) -> list[str]:
    """FastAPI and Starlette are known to routes, the web plumbing, the doors and the roof."""
    return [
        f"{name} imports {imported}"
        for name, _path, tree in modules(source)
        if not name.startswith(MAY_SPEAK_HTTP) and not name.endswith(".routes")
        for imported in imports(tree)
        if imported.split(".")[0] in HTTP_FRAMEWORKS
    ]


def silent_packages(source: Path) -> list[str]:
    """Every package says what it is for."""
    return [
        f"{name} does not say what it is for"
        for name, path, tree in modules(source)
        if path.name == "__init__.py" and not ast.get_docstring(tree)
    ]


def long_files(source: Path) -> list[str]:
    return [
        f"{path.relative_to(source)} has {lines} lines"
        for _name, path, _tree in modules(source)
        if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES
    ]


def long_functions(source: Path) -> list[str]:
    return [
        f"{name}:{node.name} has {length} lines"
        for name, _path, tree in modules(source)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and (length := node.end_lineno - node.lineno + 1) > MAX_FUNCTION_LINES
    ]


def nameless_names(source: Path) -> list[str]:
    """Names that say nothing about what is inside."""
    return [
        f"{name} has a name that says nothing"
        for name, _path, _tree in modules(source)
        if name.rsplit(".", 1)[-1] in {"utils", "helpers", "common", "misc", "manager", "base"}
    ]


def long_web_files(web: Path) -> list[str]:
    """The console's own files; what is generated from OpenAPI is not ours to shorten."""
    return [
        f"{path.relative_to(web)} has {lines} lines"
        for path in sorted([*web.rglob("*.ts"), *web.rglob("*.tsx")])
        if path.name != "schema.ts" and not path.name.endswith(".d.ts")
        if (lines := len(path.read_text().splitlines())) > MAX_WEB_FILE_LINES
    ]
