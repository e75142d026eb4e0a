"""The CEL library's compiled module alone, without the terminal program in its package.

Importing the package as usual takes 0.3 s and 20 MB for that program; this takes 6 ms and 3 MB.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cel import Context, Program

_NAME = "cel.cel"


def compile_program(text: str) -> "Program":
    """Compile `text`; raises ValueError that names line and column."""
    return _library().compile(text)


def make_context(variables: dict[str, Any]) -> "Context":
    """Hand `variables` over; raises ValueError for a value that is not data, such as a function."""
    return _library().Context(variables)


def _library() -> Any:
    # Kept where import looks: the module may be initialised only once in a process.
    if (loaded := sys.modules.get(_NAME)) is not None:
        return loaded
    package = find_spec("cel")
    spec = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("Install common-expression-language.", name=_NAME)
    module = module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return module
