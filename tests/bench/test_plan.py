"""Plans: what makes sense, what does not and why, and the points they come to."""

from pathlib import Path
from typing import Any

import pytest

from mlxtop.bench.expansion import expand
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.kinds.sweep import MOST_POINTS
from mlxtop.bench.plan import Plan, PlanError, files_of
from mlxtop.bench.plan_fields import configured, make, place_of, problem, quickened, read_plan
from mlxtop.bench.point import short_label
from mlxtop.paths import demo_model_dir
from mlxtop.sources.options import ModelSpec
from tests.bench.desk import DEMO

NAN = float("nan")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prompt_tokens": 0}, "The prompt tokens must be between 1 and 1048576, not 0."),
        ({"generation_tokens": 1}, "The generated tokens must be between 2"),
        ({"trials": 0}, "The trials must be between 1 and 10000, not 0."),
        ({"cool_seconds": NAN}, "The pause must be between 0 and 3600 s, not nan."),
        ({"kind": "stress", "minutes": NAN}, "The minutes must be more than 0"),
        ({"kind": "stress", "minutes": 0}, "The minutes must be more than 0"),
        ({"seed": -1}, "The seed must be"),
        ({"batch": [0]}, "The batch must be between 1 and 1024, not 0."),
        ({"batch": [2, 2]}, "The batch has a size twice."),
        ({"batch": []}, "The batch needs at least one size."),
        ({"kind": "dataset"}, "needs more: name the file of prompts."),
        ({"kind": "dataset", "dataset": "x", "limit": 0}, "The limit of prompts must be"),
        ({"kind": "sweep"}, "needs more: name a setting and its values."),
        ({"kind": "models"}, "needs more: name another model"),
        ({"minutes": 1}, "A plan of the kind tokens has no minutes: leave it out, or make it a"),
        (
            {"kind": "stress", "models": ["x"]},
            "A plan of the kind stress has no models: leave it out, or make it a plan of the kind "
            "models.",
        ),
        ({"system": "x"}, "or make it a plan of the kind scenarios or dataset."),
        ({"kind": "stress", "batch": [2]}, "A plan of the kind stress has no batch: leave it out."),
        ({"kind": "stress", "breakdown": True}, "A breakdown works with single requests"),
        ({"kind": "sweep", "sweep": {"foo": [1]}}, "'foo' cannot be swept; these can: batch,"),
        ({"kind": "sweep", "sweep": {"kv_bits": []}}, "The sweep of kv_bits has no values."),
        ({"kind": "sweep", "sweep": {"kv_bits": [4, 4]}}, "has a value twice"),
        ({"kind": "sweep", "sweep": {"kv_bits": [7]}}, "KV bits must be 2, 3, 4, 5, 6 or 8"),
        ({"kind": "sweep", "sweep": {"temperature": [NAN]}}, "Temperature must be between"),
        ({"kind": "sweep", "sweep": {"batch": [1.5]}}, "batch must be between 1 and 1024"),
        ({"kind": "sweep", "sweep": {"draft": [4]}}, "A draft model must be a text"),
        ({"sampling": {"foo": 1}}, "'foo' is not a sampling setting. Settings are temperature,"),
        ({"sampling": {"top_p": NAN}}, "Top-p must be above 0"),
        ({"sampling": {"max_tokens": 5}}, "set generation_tokens"),
        (
            {"sampling": {"kv_bits": 4, "max_kv_size": 64}},
            "KV bits and a max KV size cannot be combined",
        ),
        (
            {"kind": "sweep", "sweep": {"top_k": [1]}, "sampling": {"top_k": 2}},
            "top_k is both set and swept",
        ),
        ({"trials": "x"}, "trials must be a whole number, not x."),
        ({"trials": True}, "trials must be a whole number, not True."),
        ({"trials": NAN}, "trials must be a whole number, not nan."),
        ({"kind": "test"}, "kind must be one of tokens, scenarios, dataset, sweep, models,"),
        ({"kind": ["sweep"]}, "kind must be one of"),
        ({"models": "x"}, "models must be a list of texts, not x."),
        ({"sweep": {"kv_bits": 4}}, "sweep must be a table of settings, each with a list of"),
        ({"foo": 1}, "The plan has no field `foo`; fields are kind, prompt_tokens,"),
        ({"trails": 1}, "The plan has no field `trails`; did you mean `trials`?"),
        ({"\x1b[2J": 1}, "The plan has no field `␛[2J`"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_a_sentence(
    fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(PlanError) as caught:
        make(fields)
    assert words in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_a_grid_of_more_points_than_anybody_means_is_refused_before_it_is_made() -> None:
    many = {"top_k": list(range(1000)), "seed": list(range(1000)), "max_tokens": [8, 9]}
    with pytest.raises(PlanError, match=f"2,000,000 points; the maximum is {MOST_POINTS:,}"):
        make({"kind": "sweep", "grid": True, "sweep": many})


def test_a_plan_in_a_file_and_where_its_fields_are(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('# a plan\nkind = "sweep"\n\n[sweep]\nkv_bits = ["off", 4]\n')
    assert make(read_plan(path)) == Plan(kind="sweep", sweep={"kv_bits": (None, 4)})
    assert [place_of(path, name) for name in ("kind", "sweep", "trials")] == [
        *("plan.toml:2: ", "plan.toml:4: ", "")
    ]


def test_a_file_that_is_no_plan(tmp_path: Path) -> None:
    for name, data, words in (
        ("none.toml", None, "none.toml cannot be read: No such file"),
        ("binary.toml", b"\xff\x00", "is not UTF-8 text"),
        (
            "digits.toml",
            b"\ntrials = " + b"7" * 5000,
            "digits.toml:2 contains a whole number of more",
        ),
        ("deep.toml", b"a = " + b"[" * 5000, "deep.toml is nested too deeply"),
        ("odd.toml", b"a = 1\nb\n", "odd.toml:2 is not TOML: "),
    ):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(PlanError, match=words):
            read_plan(path)
    with pytest.raises(PlanError, match="Is a directory"):
        read_plan(tmp_path)


def test_quick_decides_sizes_and_nothing_else() -> None:
    found = quickened({"kind": "dataset", "dataset": "x", "seed": 3})
    assert (found["limit"], found["seed"], found["dataset"]) == (5, 3, "x")
    assert quickened({"kind": ["odd"]}) == {"kind": ["odd"]}


def test_quick_leaves_what_is_smaller() -> None:
    found = quickened({"trials": 1, "prompt_tokens": 4096, "generation_tokens": "x"})
    assert found == {"trials": 1, "prompt_tokens": 128, "generation_tokens": 64}


def test_how_long_replies_are_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"sampling": {"max_tokens": 10}}')
    said = {"kind": "scenarios", "scenarios": ["simple"], "prompt_config": str(path)}
    for more, tokens in (({}, 10), ({"generation_tokens": 50}, 50)):
        plan = make({**said, **more})
        assert plan.generation_tokens == tokens
        assert expand(plan, [DEMO])[0].sampling.max_tokens == tokens
    assert quickened(configured(said))["generation_tokens"] == 10
    assert make({"prompt_tokens": 5}).generation_tokens == 128


def test_a_plan_of_an_unknown_kind_is_refused_before_it_runs() -> None:
    sentence = f"The kind must be one of {', '.join(KINDS)}, not odd."
    assert problem(Plan(kind="odd")) == ("kind", sentence)


def test_a_plan_knows_the_files_that_it_names() -> None:
    of_file = Plan(kind="dataset", dataset="a.jsonl", prompt_config="b.json")
    assert files_of(of_file) == [Path("a.jsonl"), Path("b.json")]
    of_several = Plan(kind="scenarios", scenarios=("simple", "c.txt"))
    assert files_of(of_several) == [Path("simple"), Path("c.txt")]
    assert files_of(Plan()) == []


# -- points ----------------------------------------------------------------------------------------


def invalid(sweep: dict[str, Any], **fields: Any) -> dict[str, str]:
    plan = make({"kind": "sweep", "sweep": sweep, "prompt_tokens": 100, **fields})
    return {point.label: point.invalid for point in expand(plan, [DEMO])}


@pytest.mark.parametrize(
    ("sweep", "label", "words"),
    [
        ({"top_p": [0.5]}, "top p 0.5", "no effect at temperature 0"),
        ({"repetition_context": [10]}, "repetition context 10", "without a repetition penalty"),
        ({"draft_tokens": [2]}, "draft tokens 2", "without a draft model"),
        ({"max_kv_size": [64, 228]}, "max kv size 228", "never reached by 228 tokens"),
        ({"prefill_step": [64, 100, 128]}, "prefill step 128", "as prefill step 100"),
    ],
)
def test_what_makes_no_difference_is_marked(sweep: Any, label: str, words: str) -> None:
    found = invalid(sweep)
    assert words in found.pop(label)
    assert set(found.values()) <= {""}


def test_what_mlx_lm_cannot_do_is_marked_before_it_is_tried() -> None:
    found = invalid({"kv_bits": ["off", 4], "batch": [1, 2]}, grid=True)
    assert [label for label, reason in found.items() if reason] == ["kv bits 4, batch 2"]
    assert "does not quantize the KV cache in a batch" in found["kv bits 4, batch 2"]
    found = invalid({"draft": ["off", "demo"], "batch": [1, 2]}, grid=True)
    assert found.pop("draft demo, batch 2") == "mlx-lm does not use a draft model in a batch"
    assert set(found.values()) == {""}
    found = invalid({"kv_bits": ["off", 4], "max_kv_size": ["off", 64]}, grid=True)
    reason = "mlx-lm does not quantize a KV cache with a max KV size"
    assert found.pop("kv bits 4, max kv size 64") == reason
    assert set(found.values()) == {""}
    found = invalid({"kv_bits": ["off", 4]}, sampling={"max_kv_size": 64})
    assert found == {"kv bits off": "", "kv bits 4": reason}
    batches = make({"kind": "batch", "batch": [1, 2], "sampling": {"kv_bits": 4}})
    assert [bool(point.invalid) for point in expand(batches, [DEMO])] == [False, True]


def test_demo_is_the_built_in_model_as_a_draft_too() -> None:
    plan = make({"kind": "sweep", "sweep": {"draft": ["demo", "owner/small"]}})
    drafts = [point.wanted.draft for point in expand(plan, [DEMO])]
    assert drafts == [str(demo_model_dir()), "owner/small"]


def test_what_the_context_cannot_take_is_marked_before_it_is_tried() -> None:
    plan = make({"kind": "sweep", "sweep": {"prompt_tokens": [10, 300]}, "generation_tokens": 10})
    fits, does_not = expand(plan, [DEMO], (300,))
    assert fits.invalid == ""
    assert does_not.invalid == (
        "300 prompt tokens and 10 generated ones do not fit into the model's context of 300 tokens"
    )
    assert [one.invalid for one in expand(plan, [DEMO])] == ["", ""], "where it is not known"
    models = make({"kind": "models", "models": ["x"], "prompt_tokens": 300})
    found = expand(models, [ModelSpec("y"), ModelSpec("x")], (None, 300))
    assert [bool(one.invalid) for one in found] == [False, True]


def test_what_changes_nothing_is_one_point_which_comes_first() -> None:
    sweep = {"temperature": [1, 0], "draft": ["demo", "off"], "top_p": [1.0, 0.5]}
    found = invalid(sweep)
    assert list(found)[:3] == ["temperature 0, draft off", "temperature 1", "draft demo"]
    assert [label for label, reason in found.items() if reason] == ["top p 1.0", "top p 0.5"]
    plan = make({"kind": "sweep", "sweep": sweep})
    assert expand(plan, [DEMO])[0].wanted.draft is None
    assert list(invalid({"temperature": [1, 0]})) == ["temperature 1", "temperature 0"]


def test_a_prompt_is_known_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('["One\\u001b[2J\\n two", "x"]')
    one, _ = expand(make({"kind": "dataset", "dataset": str(path)}), [DEMO])
    assert (one.label, one.title) == ("a 1", "a 1: One␛[2J two")


def test_a_grid_has_every_combination_and_a_sweep_one_at_a_time() -> None:
    sweep = {"kv_bits": ["off", 4], "prompt_tokens": [10, 20]}
    assert len(invalid(sweep, grid=True)) == 4
    assert list(invalid(sweep)) == [
        *("kv bits off", "kv bits 4", "prompt tokens 10", "prompt tokens 20")
    ]


def test_models_are_called_by_their_directories_where_that_tells_them_apart() -> None:
    plan = Plan(kind="models", models=("x",))

    def labels(*names: str) -> list[str]:
        return [point.label for point in expand(plan, [ModelSpec(name) for name in names])]

    assert labels("/a/one", "owner/two") == ["one", "two"]
    assert labels("/a/one", "/b/one") == ["a/one", "b/one"]
    with pytest.raises(PlanError, match="The model owner/two is named twice"):
        labels("owner/two", "owner/two")


def test_a_stress_plan_goes_to_the_end_of_the_context() -> None:
    plan = Plan(kind="stress", prompt_tokens=100)
    (point,) = expand(plan, [DEMO], (300,))
    assert point.sampling.max_tokens == 200
    with pytest.raises(PlanError, match="leave no room in a context of 100 tokens"):
        expand(plan, [DEMO], (100,))


def test_system_prompt_and_examples_stand_before_each_prompt(tmp_path: Path) -> None:
    path = tmp_path / "few.json"
    path.write_text(
        '{"system": "Shared.", "examples": [{"role": "user", "content": "A?"},'
        ' {"role": "assistant", "content": "B."}], "sampling": {"temperature": 0.5}}'
    )
    chosen = {"scenarios": ["simple", "medium"], "prompt_config": str(path)}
    plan = make({"kind": "scenarios", **chosen})
    simple, medium = expand(plan, [DEMO])
    assert [one.text for one in simple.messages][:3] == ["Shared.", "A?", "B."]
    assert simple.messages[-1].text.startswith("Explain what unified memory is")
    assert [one.role for one in medium.messages] == ["system", "user", "assistant", "user"]
    assert medium.messages[0].text.startswith("You are a careful engineer"), "its own comes first"
    assert simple.sampling.temperature == 0.5
    path.write_text('{"system": 5}')
    with pytest.raises(PlanError, match=r"few\.json: system must be a text"):
        expand(plan, [DEMO])


@pytest.mark.parametrize(
    ("cells", "shown"),
    [(40, "kv bits off, batch 2"), (20, "kv bits off, batch 2"), (12, "off, 2"), (4, "off…")],
)
def test_a_label_without_room_keeps_what_tells_points_apart(cells: int, shown: str) -> None:
    assert short_label("kv bits off, batch 2", cells) == shown
