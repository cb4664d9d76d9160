from pathlib import Path

import pytest

from mlxtop import paths


def test_shipped_files_are_found_in_a_checkout() -> None:
    assert (paths.themes_dir() / "mlxtop-dark.toml").is_file()
    assert paths.demo_model_dir() == Path(paths.__file__).parent / "demo"
    assert paths.shipped_recordings_dir().name == "recordings"


def test_shipped_files_inside_the_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "mlxtop" / "data" / "themes"
    installed.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "mlxtop")

    assert paths.themes_dir() == installed
    assert paths.shipped_recordings_dir() == tmp_path / "recordings"


def test_the_environment_names_the_users_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLXTOP_CONFIG_DIR", "~/here")
    monkeypatch.setenv("MLXTOP_DATA_DIR", "/there")

    assert paths.config_file() == Path.home() / "here" / "config.toml"
    assert paths.user_themes_dir() == Path.home() / "here" / "themes"
    assert paths.recordings_dir() == Path("/there/recordings")
    assert paths.state_file() == Path("/there/state.json")
    assert paths.log_dir() == Path("/there/logs")


def test_without_the_environment_the_platform_decides(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLXTOP_CONFIG_DIR")
    monkeypatch.setenv("MLXTOP_DATA_DIR", "")

    for folder in (paths.config_dir(), paths.data_dir()):
        assert folder.name == "mlxtop"
        assert folder.is_relative_to(home)
        assert not folder.exists()
