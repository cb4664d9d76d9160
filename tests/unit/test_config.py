import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mlxtop import config, paths, state
from mlxtop.commands.app import build
from mlxtop.config import Config, load


def written(config_dir: Path, text: str) -> tuple[Config, list[str]]:
    (config_dir / "config.toml").write_text(text, encoding="utf-8")
    return load()


def test_without_a_file_defaults_hold() -> None:
    loaded, problems = load()

    assert problems == []
    assert loaded == Config()
    assert (loaded.theme, loaded.hz, loaded.record, loaded.text) == ("mlxtop-dark", 5.0, True, True)
    assert loaded.recordings_limit_bytes == 5_000_000_000
    assert loaded.recordings_dir == paths.recordings_dir()


def test_a_whole_file(config_dir: Path, home: Path) -> None:
    loaded, problems = written(
        config_dir,
        """
theme = "linen"
hz = 10
record = false
text = false
recordings_limit_gb = 0.5
recordings_dir = "~/runs"
model = "demo"

[keys]
freeze = ["Shift+F5", "shift+f"]
mark = "ctrl+k"

[sampling]
temperature = 1
seed = 7
kv_bits = 8

[thinking]
tags = [["<reason>", "</reason>"]]
""",
    )

    assert problems == []
    assert loaded.thinking.tags == (("<reason>", "</reason>"),)
    assert (loaded.theme, loaded.hz, loaded.record, loaded.text) == ("linen", 10.0, False, False)
    assert loaded.recordings_limit_bytes == 500_000_000
    assert loaded.recordings_dir == home / "runs"
    assert loaded.model == "demo"
    assert loaded.keys == {"freeze": ["shift+f5", "F"], "mark": ["ctrl+k"]}
    assert config.joined(loaded.keys) == {"freeze": "shift+f5,F", "mark": "ctrl+k"}
    assert (loaded.sampling.temperature, loaded.sampling.seed) == (1.0, 7)
    assert loaded.sampling.kv_bits == 8
    assert {"hz", "keys.mark", "sampling.seed"} <= loaded.given


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'theme = "linen"\n\nhz = 900\n',
            "config.toml line 3: hz must be between 1 and 20, not 900; the default (5) is used",
        ),
        (
            "hz = nan\n",
            "config.toml line 1: hz must be between 1 and 20, not nan; the default (5) is used",
        ),
        (
            "hz = true\n",
            "config.toml line 1: hz must be between 1 and 20, not true; the default (5) is used",
        ),
        (
            'record = "yes"\n',
            "config.toml line 1: record must be true or false, not 'yes'; "
            "the default (true) is used",
        ),
        (
            'model = ""\n',
            "config.toml line 1: model must be a model directory, a Hugging Face id or "
            "\"demo\", not ''; the default (none) is used",
        ),
        ("herz = 4\n", "config.toml line 1: unknown setting herz; did you mean hz?"),
        ("colour = 3\n", "config.toml line 1: unknown setting colour"),
        ("[key]\n", "config.toml line 1: unknown setting key; did you mean keys?"),
        ("zzz = 4\n", "config.toml line 1: unknown setting zzz"),
        (
            "[sampling]\n# warm\ntemperature = 11\n",
            "config.toml line 3: sampling.temperature must be between 0 and 10, not 11; "
            "the default (0) is used",
        ),
        (
            "sampling.kv_bits = 7\n",
            "config.toml line 1: sampling.kv_bits must be 2, 3, 4, 5, 6 or 8, not 7; "
            "the default (none) is used",
        ),
        (
            "[sampling]\nsead = 1\n",
            "config.toml line 2: unknown setting sampling.sead; did you mean seed?",
        ),
        (
            'thinking.tags = ["<a>", "</a>"]\n',
            "config.toml line 1: thinking.tags must be a list of pairs, as in "
            '[["<reason>", "</reason>"]], of two different tags each, not '
            "\"['<a>', '</a>']\"; the default (none) is used",
        ),
        (
            '[thinking]\ntags = [["<a>", "<a>"]]\n',
            "config.toml line 2: thinking.tags must be a list of pairs, as in "
            '[["<reason>", "</reason>"]], of two different tags each, not '
            "\"[['<a>', '<a>']]\"; the default (none) is used",
        ),
        ("sampling = 3\n", "config.toml line 1: sampling must be a table, [sampling], not 3"),
        (
            '[keys]\nfreez = "shift+f5"\n',
            "config.toml line 2: unknown action freez; did you mean freeze?",
        ),
        (
            "[keys]\nfreeze = 5\n",
            "config.toml line 2: keys.freeze must be a key or a list of keys, not 5; "
            "the default is used",
        ),
        (
            '[keys]\nfreeze = "hyperspace"\n',
            "config.toml line 2: freeze cannot have the key 'hyperspace': it is not a key; "
            "the default is used",
        ),
        (
            '[keys]\nmark = "f2"\n',
            "config.toml line 2: mark cannot have the key f2, which is the key of freeze "
            "in a live run; "
            "the default is used",
        ),
        (
            '[keys]\nmark = "shift+f5"\nfreeze = "shift+f5"\n',
            "config.toml line 3: freeze cannot have the key shift+f5, which is the key of mark "
            "in a live run; "
            "the default is used",
        ),
        (
            '"\\u001b[31m" = 1\n',
            "config.toml: unknown setting ␛[31m",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_default_holds(
    config_dir: Path, text: str, sentence: str
) -> None:
    loaded, problems = written(config_dir, text)

    assert problems == [sentence]
    name = sentence.split()[3]
    assert not any(given in (name, f"keys.{name}") for given in loaded.given - {"keys.mark"})
    assert loaded.hz == 5.0


def test_one_mistake_does_not_cost_the_rest(config_dir: Path) -> None:
    loaded, problems = written(
        config_dir, "hz = 0\nrecord = false\n[sampling]\ntop_p = 2\nseed = 1\n"
    )

    assert len(problems) == 2
    assert loaded.record is False
    assert loaded.sampling.seed == 1


def test_keys_can_be_exchanged(config_dir: Path) -> None:
    loaded, problems = written(config_dir, '[keys]\nfreeze = "f3"\nmark = "f2"\n')

    assert problems == []
    assert loaded.keys == {"freeze": ["f3"], "mark": ["f2"]}


def test_a_dropped_choice_takes_its_default_back(config_dir: Path) -> None:
    # mark may not have f1; it gets f3 back, which freeze wanted.
    loaded, problems = written(config_dir, '[keys]\nfreeze = "f3"\nmark = "f1"\n')

    assert [problem.split(",")[0] for problem in problems] == [
        "config.toml line 3: mark cannot have the key f1",
        "config.toml line 2: freeze cannot have the key f3",
    ]
    assert loaded.keys == {}


def test_a_live_and_a_replay_action_may_share_a_key(config_dir: Path) -> None:
    loaded, problems = written(config_dir, '[keys]\nmark = "-"\n')

    assert problems == []
    assert loaded.keys == {"mark": ["-"]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"hz = \n", ":1 is not TOML: Invalid value (column 6); defaults are used"),
        (b"\xff\xfe", " is not UTF-8 text; defaults are used"),
        (
            b"\nhz = " + b"9" * 5000,
            ":2 contains a whole number of more than 4,300 digits; defaults are used",
        ),
        (
            b"hz = " + b"[" * 5000,
            " is nested too deeply: more than 100 levels of tables or lists; defaults are used",
        ),
    ],
)
def test_a_file_that_is_no_toml(config_dir: Path, content: bytes, sentence: str) -> None:
    path = config_dir / "config.toml"
    path.write_bytes(content)

    loaded, problems = load()
    assert problems == [f"{path}{sentence}"]
    assert loaded == Config()


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(config_dir: Path) -> None:
    os.mkfifo(config_dir / "config.toml")
    loaded, problems = load()
    assert problems == [f"{config_dir / 'config.toml'} is not a regular file; defaults are used"]
    assert loaded == Config()


def test_a_folder_no_system_can_have_is_said(config_dir: Path) -> None:
    loaded, problems = written(config_dir, 'recordings_dir = "/\\u0000x"\n')
    assert len(problems) == 1
    assert "recordings_dir must be a path that begins with / or with ~" in problems[0]
    assert loaded.recordings_dir == paths.recordings_dir()


def test_a_file_that_cannot_be_read(config_dir: Path) -> None:
    (config_dir / "config.toml").mkdir()

    _, problems = load()
    assert problems == [
        f"{config_dir / 'config.toml'} cannot be read (Is a directory); defaults are used"
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["theme", "hz", "recordings_dir", "model", "sampling.seed", "keys.mark"]),
        st.one_of(
            st.integers(),
            st.floats(),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5),
            st.lists(st.sampled_from(["f1", "shift+f5", "m", "x", "tab", ""]), max_size=3),
        ),
    )
)
def test_no_value_keeps_the_app_from_starting(tmp_path: Path, values: dict[str, object]) -> None:
    def toml(value: object) -> str:
        text = str(value)
        return repr(value) if not isinstance(value, str) else f"'''{text}'''"

    path = tmp_path / "config.toml"
    path.write_text("".join(f"{name} = {toml(value)}\n" for name, value in values.items()))

    loaded, problems = load(path)
    assert 1 <= loaded.hz <= 20
    assert all("\n" not in problem for problem in problems)


def test_a_theme_chosen_with_a_key_holds_until_the_file_names_another(config_dir: Path) -> None:
    loaded, _ = written(config_dir, 'theme = "linen"\n')
    assert config.remember("theme", "aurora") is None

    loaded, _ = load()
    assert (loaded.theme, loaded.theme_remembered) == ("aurora", True)

    loaded, _ = written(config_dir, 'theme = "sixteen"\n')
    assert (loaded.theme, loaded.theme_remembered) == ("sixteen", False)


def test_other_things_are_remembered_too() -> None:
    assert config.recall("first_run_said") is None
    assert config.remember("first_run_said", True) is None
    assert config.recall("first_run_said") is True
    assert state.recall() == ({"first_run_said": True}, [])


def test_a_broken_state_is_a_problem_like_others() -> None:
    paths.data_dir().mkdir(parents=True)
    paths.state_file().write_text("?")

    _, problems = load()
    assert len(problems) == 1
    assert "state.json cannot be read" in problems[0]


def test_describe_says_where_and_what_and_from_where(config_dir: Path) -> None:
    assert "(does not exist: defaults are used)" in config.describe(load()[0])
    loaded, _ = written(config_dir, 'hz = 2\n[keys]\nmark = "shift+f5"\n[sampling]\nseed = 3\n')

    rows = [line.split() for line in config.describe(loaded).splitlines()]
    assert rows[0] == ["config", str(config_dir / "config.toml")]
    assert ["hz", "2", "config.toml"] in rows
    assert ["record", "true", "default"] in rows
    assert ["keys.mark", "m", "shift+f5", "config.toml"] in rows
    assert ["sampling.seed", "3", "config.toml"] in rows

    config.remember("theme", "aurora")
    assert "chosen with a key" in config.describe(load()[0])


def said_by_config(text: str) -> tuple[int, str]:
    (paths.config_file()).write_text(text, encoding="utf-8")
    done = CliRunner().invoke(build(), ["config"])
    return done.exit_code, done.output


@pytest.mark.usefixtures("config_dir")
def test_the_table_never_says_that_a_theme_holds_that_there_is_not() -> None:
    status, said = said_by_config('theme = "aurorra"\nhz = 900\n')
    rows = [line.split() for line in said.splitlines()]
    assert ["theme", "mlxtop-dark", "default"] in rows
    assert ["hz", "5", "default"] in rows
    assert status == 1
    flat = " ".join(said.split())
    assert "config.toml: unknown theme 'aurorra'; did you mean aurora?" in flat
    assert "hz must be between 1 and 20, not 900" in flat
    assert said_by_config('theme = "nord"\n')[0] == 0, "Textual's own can be chosen too"


@pytest.mark.usefixtures("config_dir")
def test_a_theme_that_was_remembered_and_is_gone_is_said(home: Path) -> None:
    assert config.remember("theme", "mine") is None
    loaded, _ = load()
    assert loaded.theme == "mine"
    known, (problem,) = config.with_known_theme(loaded, {"mlxtop-dark"})
    assert (known.theme, known.theme_remembered) == ("mlxtop-dark", False)
    assert problem.startswith("state.json: unknown theme 'mine'; the default (mlxtop-dark)")


@pytest.mark.usefixtures("config_dir")
def test_no_path_reaches_the_terminal_as_it_is() -> None:
    _, said = said_by_config(
        'recordings_dir = "/x\\u001b]0;T\\u0007\\u009b\\u202e"\nmodel = "\\u001b[2J"\n'
    )
    assert not [c for c in said if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
    assert "/x␛]0;T" in said


def test_a_theme_whose_file_is_refused_is_not_called_missing(config_dir: Path) -> None:
    (config_dir / "themes").mkdir()
    (config_dir / "themes" / "mine.toml").write_text('primary = "#zzz"')
    loaded, _ = written(config_dir, 'theme = "mine"\n')
    _, (problem,) = config.with_known_theme(loaded, {"mlxtop-dark"})
    assert problem.startswith("config.toml: the theme 'mine' cannot be used; the default")
