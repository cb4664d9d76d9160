"""The form makes the plan that was typed, and says what is wrong with it."""

import json
import shutil
from pathlib import Path

import pytest

from mlxtop import paths
from mlxtop.actions.key_names import key_of, with_keys
from mlxtop.bench import plan_fields
from mlxtop.bench.kinds import KINDS
from mlxtop.bench.plan import FIELDS, Plan, PlanError
from mlxtop.sources.options import ModelSpec
from mlxtop.tui.bench.form import Draft, asked, is_long, plan_of, quick_texts, row_of, usual_text
from mlxtop.tui.bench.preview import in_words, prepare

LOADED = ModelSpec(str(paths.demo_model_dir()))


def test_fields_are_those_of_plans() -> None:
    for kind in KINDS.values():
        assert set(kind.form) <= set(Plan.__struct_fields__) == FIELDS.keys()
        assert [field.name for field in asked() if field.name in kind.form] == list(kind.form)
    names = [field.name for field in asked()]
    assert len(set(names)) == len(names)
    assert set(names) == {name for kind in KINDS.values() for name in kind.form}


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_the_form_at_first_is_a_plan_or_says_what_it_needs(kind: str) -> None:
    needs = KINDS[kind].needs
    if needs and not usual_text(FIELDS[needs]):
        with pytest.raises(PlanError, match=f"needs more: {KINDS[kind].needs_words}"):
            plan_of(kind, {})
    else:
        assert plan_of(kind, {}).kind == kind
    assert quick_texts(kind).keys() <= set(KINDS[kind].form)


def test_a_plan_means_what_was_typed() -> None:
    texts = {"sweep": "kv-bits = off, 4,8  batch=1,2", "grid": "yes", "trials": " 7 "}
    plan = plan_of("sweep", texts | {"cool_seconds": "0,5", "sampling": "seed=3, top_k=5"})
    assert plan.sweep == {"kv_bits": (None, 4, 8), "batch": (1, 2)}
    assert (plan.grid, plan.trials, plan.cool_seconds) == (True, 7, 0.5)
    assert plan.sampling == {"seed": 3, "top_k": 5}
    assert plan_of("batch", {"batch": "1, 3"}).batch == (1, 3)
    assert plan_of("tokens", {"batch": "1, 3"}).batch == (1,), "a field of another kind"
    assert plan_of("dataset", {"dataset": "x", "limit": ""}).limit is None


@pytest.mark.parametrize(
    "plan",
    [
        Plan(trials=3, cool_seconds=0.5, breakdown=True, sampling={"kv_bits": 4, "top_p": 0.9}),
        Plan(kind="sweep", sweep={"kv_bits": (None, 4), "batch": (1, 2)}, grid=True),
        Plan(kind="dataset", dataset="a b.jsonl", limit=3, seed=7),
        Plan(kind="models", models=("some/where", "demo")),
        Plan(kind="batch", batch=(1, 8)),
    ],
    ids=lambda plan: plan.kind,
)
def test_a_plan_of_the_command_line_stands_in_the_form(plan: Plan) -> None:
    draft = Draft()
    draft.take(plan)
    assert plan_of(draft.kind, draft.texts) == plan


@pytest.mark.parametrize(
    ("kind", "texts", "words"),
    [
        ("tokens", {"trials": "many"}, "“trials” needs a whole number, not 'many'"),
        ("tokens", {"trials": ""}, "“trials” needs a whole number, and it is empty"),
        ("tokens", {"trials": "0"}, "between 1 and"),
        ("tokens", {"cool_seconds": "x\x1b"}, "needs a number of seconds, not 'x␛'"),
        ("sweep", {"sweep": "kv_bits"}, "settings swept, kv_bits has no value: NAME=VALUE"),
        ("sweep", {"sweep": "warmth=1,2"}, "warmth"),
        ("batch", {"batch": "1;2"}, "whole numbers separated by commas"),
    ],
)
def test_what_means_nothing_is_one_sentence(kind: str, texts: dict[str, str], words: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan_of(kind, texts)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_what_a_plan_comes_to_is_said_before_it_runs(tmp_path: Path) -> None:
    def words(kind: str, **texts: str) -> str:
        return in_words(prepare(plan_of(kind, texts), LOADED))

    assert words("tokens") == "5 trials on demo, a warm-up."
    assert words("batch", trials="2").startswith("8 trials of 4 points on demo, a warm-up each")
    assert words("warm", trials="2").startswith("4 trials of 2 points on demo, 2 loads")
    assert words("stress", minutes="2") == "Generates for 2 min without a pause."
    other = str(shutil.copytree(LOADED.model, tmp_path / "other"))
    assert words("models", models=other) == "10 trials of 2 models, loaded in turns."
    said = words("sweep", sweep="prefill_step=512,2048", trials="1")
    assert said.startswith("1 trial on demo")
    assert "▲ Left out: prefill step 2048" in said
    said = words("sweep", sweep="prompt_tokens=16,5000", trials="2")
    assert said.startswith("2 trials on demo, a warm-up. ▲ Left out: prompt tokens 5000: ")
    assert "context" in said

    path = tmp_path / "prompts.jsonl"
    path.write_text("\n".join(json.dumps({"prompt": word}) for word in ("a", "b", "c")))
    assert words("dataset", dataset=str(path), limit="2", trials="1").startswith("2 trials of 2")


@pytest.mark.parametrize(
    ("kind", "texts", "words"),
    [
        ("models", {"models": "some/where"}, "some/where is not on this disk"),
        ("models", {"models": "demo"}, "named twice"),
        ("dataset", {"dataset": "/nowhere/x.jsonl"}, "/nowhere/x.jsonl cannot be read"),
        ("scenarios", {"scenarios": "hard"}, "no scenario 'hard'"),
        ("sweep", {"sweep": "top_p=0.5,0.9"}, "There is nothing to measure: top p has no effect"),
    ],
)
def test_a_plan_that_cannot_run_says_why(kind: str, texts: dict[str, str], words: str) -> None:
    with pytest.raises(PlanError) as caught:
        prepare(plan_of(kind, texts), LOADED)
    assert words in str(caught.value)


def test_labels_fit_their_column() -> None:
    assert max(len(row_of(field).label) for field in asked()) <= 19


def test_hints_are_whole_beside_their_field_and_one_of_settings_shows_how_they_are_written() -> (
    None
):
    form = {"plan_models": "plan", "flag_turn": "flag"}
    hints = {
        one.name: with_keys(row_of(one).hint, lambda action: key_of(action, form[action]))
        for one in asked()
        if is_long(one)
    }
    assert [name for name, hint in hints.items() if len(hint) > 22] == []
    assert hints["models"] == "F6 lists them"
    for name, read in (("sweep", plan_fields.swept), ("sampling", plan_fields.settings)):
        example = row_of(FIELDS[name]).hint.removesuffix(" …")
        assert read(example), example


def test_explanations_fit_the_one_row_of_a_small_terminal() -> None:
    assert [one.name for one in asked() if len(row_of(one).explanation) > 74] == []
