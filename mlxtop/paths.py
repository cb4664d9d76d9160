"""Paths of shipped files, in a checkout or a wheel, and of the user's files.

MLXTOP_CONFIG_DIR and MLXTOP_DATA_DIR set the user's two folders. Caches are in the system's cache
folder, or below MLXTOP_DATA_DIR if it is set.
"""

import os
from pathlib import Path

DEMO = "demo"
"""The name of the built-in model, wherever a model is named."""
_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Return a shipped folder: inside the package in a wheel, beside it in a checkout."""
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def themes_dir() -> Path:
    """Return the folder of the shipped themes, one TOML file each."""
    return _shipped("themes")


def shipped_recordings_dir() -> Path:
    """Return the folder of the shipped recordings."""
    return _shipped("recordings")


def demo_model_dir() -> Path:
    """Return the built-in model, a model directory like any other."""
    return _PACKAGE / "demo"


def model_named(name: str) -> str:
    """Return the path of the model `demo`; every other name as it is."""
    return str(demo_model_dir()) if name == DEMO else name


def config_dir() -> Path:
    """Return the folder of config.toml and of the user's own themes; it may not exist."""
    if named := os.environ.get("MLXTOP_CONFIG_DIR"):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("mlxtop", appauthor=False)


def data_dir() -> Path:
    """Return the folder of mlxtop's own data; it may not exist."""
    if named := os.environ.get("MLXTOP_DATA_DIR"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("mlxtop", appauthor=False)


def cache_dir() -> Path:
    """Return the cache folder; it may not exist."""
    if os.environ.get("MLXTOP_DATA_DIR"):
        return data_dir() / "cache"
    from platformdirs import user_cache_path

    return user_cache_path("mlxtop", appauthor=False)


def config_file() -> Path:
    """Return the path of config.toml; it may not exist."""
    return config_dir() / "config.toml"


def user_themes_dir() -> Path:
    """Return the folder of the user's own themes; it may not exist."""
    return config_dir() / "themes"


def user_presets_dir() -> Path:
    """Return the folder of the presets that the user saved."""
    return config_dir() / "presets"


def recordings_dir() -> Path:
    """Return the folder for recordings if the config names no other."""
    return data_dir() / "recordings"


def state_file() -> Path:
    """Return the file of values that the app remembers."""
    return data_dir() / "state.json"


def history_file() -> Path:
    """Return the file of the prompt history."""
    return data_dir() / "prompts.json"


def make_private(folder: Path) -> None:
    """Make a folder and missing parents, private to the owner; raises OSError.

    `mkdir(parents=True)` leaves the mode of the folders above to the umask.
    """
    for part in (*reversed(folder.parents), folder):
        if not part.is_dir():
            part.mkdir(mode=0o700, exist_ok=True)


def log_dir() -> Path:
    """Return the folder of the engine's and the app's logs."""
    return data_dir() / "logs"
