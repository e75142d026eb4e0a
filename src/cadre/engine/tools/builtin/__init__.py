"""The tools that cadre brings along. They come in by the same entry point as anybody's."""

from cadre.engine.tools.builtin.chart import CHART
from cadre.engine.tools.builtin.http_get import HTTP_GET
from cadre.engine.tools.builtin.list_files import LIST_FILES
from cadre.engine.tools.builtin.patch_file import PATCH_FILE
from cadre.engine.tools.builtin.python import PYTHON
from cadre.engine.tools.builtin.read_file import READ_FILE
from cadre.engine.tools.builtin.search_files import SEARCH_FILES
from cadre.engine.tools.builtin.shell import SHELL
from cadre.engine.tools.builtin.sql import SQL
from cadre.engine.tools.builtin.write_file import WRITE_FILE
from cadre.engine.tools.tool import Tool

__all__ = ["tools"]


def tools() -> list[Tool]:
    """What the entry point `builtin` of the group `cadre.tools` names."""
    return [
        LIST_FILES,
        READ_FILE,
        WRITE_FILE,
        SEARCH_FILES,
        PATCH_FILE,
        SHELL,
        PYTHON,
        SQL,
        CHART,
        HTTP_GET,
    ]
