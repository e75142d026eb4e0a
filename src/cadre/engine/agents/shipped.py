"""Agents that ship with cadre: one YAML file each, in the folder `library`."""

from importlib.resources import files


def read_library() -> dict[str, str]:
    """The YAML of every shipped agent, by name."""
    folder = files("cadre.engine.agents") / "library"
    return {
        file.name.removesuffix(".yaml"): file.read_text("utf-8")
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".yaml")
    }
