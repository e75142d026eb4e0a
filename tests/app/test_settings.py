"""Settings come from the environment and cadre.toml; a mistake names the key and the remedy."""

from pathlib import Path

import pytest

from cadre.app.settings import (
    SettingsInvalid,
    default_home,
    load_settings,
    unknown_variables,
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty environment, working folder and home."""
    import os

    for name in list(os.environ):
        if name.startswith(("CADRE_", "OPENAI_")):
            monkeypatch.delenv(name)
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("CADRE_HOME", str(home))
    return home


def test_without_anything_the_defaults_hold(home: Path):
    settings = load_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8700)
    assert settings.database == f"sqlite:///{home}/cadre.db"
    assert settings.openai_api_key is None


def test_the_environment_goes_before_the_working_folder_and_that_before_the_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "cadre.toml").write_text('port = 1\nconcurrency = 7\nhosts = ["a.example"]')
    Path("cadre.toml").write_text("port = 2\nconcurrency = 8")
    monkeypatch.setenv("CADRE_PORT", "3")

    settings = load_settings()

    assert (settings.port, settings.concurrency, settings.hosts) == (3, 8, ["a.example"])


def test_provider_settings_have_their_usual_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")

    settings = load_settings()

    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert settings.openai_base_url == "http://127.0.0.1:1/v1"
    assert "sk-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CADRE_PORT", "many"),
        ("CADRE_PORT", "65536"),
        ("CADRE_DATABASE_URL", "mysql://x"),
        ("CADRE_CONCURRENCY", "0"),
        ("CADRE_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_names_its_key(name: str, value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsInvalid, match=name):
        load_settings()


def test_a_list_in_the_environment_has_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CADRE_HOSTS", "a.example, b.example,")

    assert load_settings().hosts == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "`prot` in cadre.toml is not a setting"),
        ("port = ", "is not TOML"),
        ('home = "/x"', "Use CADRE_HOME"),
        ('port = "many"', "CADRE_PORT"),
    ],
)
def test_a_bad_file_is_refused_with_the_remedy(text: str, says: str):
    Path("cadre.toml").write_text(text)

    with pytest.raises(SettingsInvalid, match=says):
        load_settings()


def test_a_clone_keeps_its_data_in_itself_and_others_in_the_platforms_folder(tmp_path: Path):
    clone = tmp_path / "clone"
    (clone / "src").mkdir(parents=True)
    (clone / "pyproject.toml").write_text('[project]\nname = "cadre"')
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text('[project]\nname = "theirs"')

    assert default_home(clone) == clone / ".cadre"
    assert default_home(clone / "src") == clone / ".cadre"
    assert other not in default_home(other).parents


def test_misspelled_variables_are_found():
    names = ["CADRE_PORT", "CADRE_PROT", "CADRE_URL", "PATH"]

    assert unknown_variables(names) == ["CADRE_PROT"]
