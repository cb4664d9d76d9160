"""What each architecture of mlx-lm caches: a rule for each module of its models.

Each follows `make_cache` and the attention of mlx-lm's module of that name (mlx-lm 0.32.2).
"""

from collections.abc import Iterable

from mlxtop.models.cache_rules import (
    KINDS,
    Delegate,
    Kinds,
    Layer,
    Numbers,
    Rule,
    bounded,
    every,
    grouped,
    head_count,
    head_size,
    kv_head_count,
    latent,
    layer_count,
    layers,
    needed,
    repeated,
    sized,
    typed,
)
from mlxtop.models.json_file import Object, inner, number


def _minicpm3(config: Object) -> int:
    keys = needed(config, "qk_nope_head_dim") + needed(config, "qk_rope_head_dim")
    return head_count(config) * (keys + needed(config, "hidden_size") // head_count(config))


def _indexed(config: Object) -> int:
    return latent(config) + 2 * needed(config, "index_head_dim")


def _multi_query(config: Object) -> int:
    own = 1 if config.get("multi_query", True) else head_count(config)
    return (number(config, "num_key_value_heads") or own) * head_size(config) * 2


def _two_sizes(kv_heads: str, keys: str, values: str) -> Numbers:
    return lambda config: needed(config, kv_heads) * (needed(config, keys) + needed(config, values))


def _global(config: Object) -> int:
    """Gemma 4's global layers."""
    heads = kv_head_count(config)
    if config.get("attention_k_eq_v"):
        heads = number(config, "num_global_key_value_heads") or heads
    return heads * (number(config, "global_head_dim") or head_size(config)) * 2


def _gemma4(config: Object) -> Iterable[str]:
    if config.get("layer_types"):
        return typed()(config)
    return every("sliding_window_pattern", "W")(config)


def _at_places(name: str, there: str, elsewhere: str) -> Kinds:
    def kinds(config: Object) -> list[str]:
        return [there if i in config[name] else elsewhere for i in range(layer_count(config))]

    return kinds


def _lfm2(config: Object) -> Iterable[str]:
    if isinstance(config.get("full_attn_idxs"), list):
        return _at_places("full_attn_idxs", "F", "")(config)
    return typed()(config)


def _jamba(config: Object) -> Iterable[str]:
    if config.get("layers_block_type"):
        return typed(name="layers_block_type")(config)
    period, offset = needed(config, "attn_layer_period"), int(config["attn_layer_offset"])
    return ["F" if i % period == offset else "" for i in range(layer_count(config))]


def _kimi_linear(config: Object) -> list[str]:
    linear = inner(config, "linear_attn_config")["kda_layers"]
    return ["" if i + 1 in linear else "F" for i in range(layer_count(config))]


def _nemotron_h(config: Object) -> list[str]:
    if config.get("hybrid_override_pattern"):
        bounded(len(config["hybrid_override_pattern"]))
        return ["F" if one == "*" else "" for one in config["hybrid_override_pattern"]]
    return [KINDS.get(one, "") for one in config.get("layers_block_type") or config["layer_types"]]


def _plamo2(config: Object) -> list[str]:
    count, step = layer_count(config), needed(config, "mamba_step")
    if not config.get("mamba_enabled", True):
        return ["F"] * count
    if count <= step // 2:
        return [""] * (count - 1) + ["F"]
    return ["F" if i % step == step // 2 else "" for i in range(count)]


def _recurrent_gemma(config: Object) -> list[str]:
    words = config.get("block_types") or config["_block_types"]
    return repeated(["" if word == "recurrent" else "W" for word in words], layer_count(config))


def _exaone4(config: Object) -> list[str]:
    pattern = config.get("sliding_window_pattern") or "G"
    return repeated(["W" if one == "L" else "F" for one in pattern], layer_count(config))


def _mimo_flash(config: Object) -> list[str]:
    return ["W" if one == 1 else "F" for one in config["hybrid_layer_pattern"]]


def _none(config: Object) -> list[Layer]:
    return []


def _afm7(config: Object) -> list[Layer]:
    own = layer_count(config) - int(config["num_kv_reuse_layers"])
    return [Layer(grouped(config))] * own


def _in_window_baichuan(config: Object) -> int:
    heads = number(config, "num_swa_attention_heads") or head_count(config)
    kv_heads = number(config, "num_swa_key_value_heads") or kv_head_count(config)
    return kv_heads * (needed(config, "hidden_size") // heads) * 2


def _in_window_step(config: Object) -> int:
    other = inner(config, "attention_other_setting")
    return (number(other, "num_attention_groups") or kv_head_count(config)) * head_size(config) * 2


def _dbrx(config: Object) -> int:
    return needed(inner(config, "attn_config"), "kv_n_heads") * head_size(config) * 2


def _deepseek_v41(config: Object) -> list[Layer]:
    if any(config.get("compress_ratios") or ()):
        raise ValueError("compressed groups of other layers")
    return [Layer(needed(config, "head_dim"), needed(config, "sliding_window"))] * layer_count(
        config
    )


def _looped_with_window(config: Object) -> list[Layer]:
    size = needed(config, "loop_window_size")
    each, count = grouped(config), layer_count(config)
    return [Layer(each)] * count + [Layer(each, size)] * count


def _looped(config: Object) -> list[Layer]:
    losses = config.get("loop_loss_weights")
    loops = len(losses) + 1 if losses else number(config, "num_loops") or 1
    return [Layer(grouped(config))] * bounded(layer_count(config) * loops)


def _twice_latent(config: Object) -> list[Layer]:
    return [Layer(2 * latent(config))] * layer_count(config)


def _sparse(config: Object) -> list[Layer]:
    """MiniMax M3: sparse layers also keep the keys of their index."""
    sparse = inner(config, "sparse_attention_config")
    index = number(sparse, "sparse_index_dim") or number(config, "index_head_dim") or 0
    blocks = number(sparse, "sparse_block_size") or number(config, "index_block_size")
    words = config.get("layer_types")
    often = sparse.get("sparse_attention_freq", config.get("sparse_attention_freq"))
    count = layer_count(config)
    if not blocks:
        has = [False] * count
    elif words is not None:
        has = [word != "full_attention" for word in words]
    else:
        has = [True] * count if often is None else [bool(one) for one in often]
    return [Layer(grouped(config) + (index if one else 0)) for one in has]


def _nemotron_nas(config: Object) -> list[Layer]:
    found = []
    for block in config["block_configs"]:
        attention = block["attention"]
        if not (attention.get("no_op") or attention.get("replace_with_linear")):
            kv_heads = head_count(config) // needed(attention, "n_heads_in_group")
            found.append(Layer(kv_heads * head_size(config) * 2))
    return found


def _openelm(config: Object) -> list[Layer]:
    size = needed(config, "head_dim")
    return [Layer(heads * size * 2) for heads in config["num_kv_heads"]]


def _one_head(config: Object) -> int:
    return head_size(config) * 2


def _plamo(config: Object) -> int:
    return head_count(config) // needed(config, "n_shared_head") * head_size(config) * 2


def _in_groups(config: Object) -> list[str]:
    """The last layer of each group, and the layers after the last complete group."""
    count, group = layer_count(config), needed(config, "layer_group_size")
    whole = count // group * group
    return ["F" if (i + 1) % group == 0 or i >= whole else "" for i in range(count)]


def _unshared(kinds: Kinds) -> Kinds:
    """Without the last layers, which share the keys and values of others."""

    def cut(config: Object) -> list[str]:
        return list(kinds(config))[: layer_count(config) - int(config["num_kv_shared_layers"])]

    return cut


def _expanded(config: Object) -> int:
    """Latent attention whose heads are cached expanded."""
    values = number(config, "v_head_dim") or head_size(config)
    keys = needed(config, "qk_nope_head_dim") + needed(config, "qk_rope_head_dim")
    return head_count(config) * (keys + values)


_PLAIN = (
    "Klear apertus bailing_moe bitnet cohere deepseek dots1 ernie4_5 ernie4_5_moe exaone falcon_h1 "
    "gemma gemma2 glm glm4 glm4_moe gpt2 gpt_neox gptj granite granitemoe helium hunyuan "
    "hunyuan_v1_dense internlm2 internlm3 lille-130m llama4_text mimo minicpm minimax mixtral "
    "nanochat nemotron olmo olmo2 olmoe phi phi3 phi3small phimoe phixtral qwen2 qwen2_moe qwen3 "
    "qwen3_moe seed_oss smollm3 solar_open stablelm starcoder2 talkie telechat3"
)
"""Every layer keeps keys and values of all tokens; windows in the config are ignored."""

_LATENT = "deepseek_v3 glm4_moe_lite mistral4"
_SLIDING = "llama laguna ministral3 afmoe exaone_moe mellum muse_spark gear"
_RECURRENT = "mamba mamba2 rwkv7"

RULES: dict[str, Rule] = {
    **dict.fromkeys(_PLAIN.split(), layers()),
    **dict.fromkeys(_LATENT.split(), layers(numbers=latent)),
    **dict.fromkeys(_SLIDING.split(), layers(typed())),
    **dict.fromkeys(_RECURRENT.split(), _none),
    "afm7": _afm7,
    "baichuan_m1": layers(
        _at_places("sliding_window_layers", "W", "F"), in_window=_in_window_baichuan
    ),
    "bailing_hybrid": layers(_in_groups, latent),
    "bailing_moe_linear": layers(_in_groups),
    "bailing_moe_v3": layers(_in_groups, latent),
    "cohere2": layers(every("sliding_window_pattern", "W")),
    "dbrx": layers(numbers=_dbrx),
    "deepseek_v2": layers(numbers=_expanded),
    "deepseek_v32": layers(numbers=_indexed),
    "deepseek_v41": _deepseek_v41,
    "exaone4": layers(_exaone4),
    "gemma3_text": layers(every("sliding_window_pattern", "W")),
    "gemma3n": layers(_unshared(typed())),
    "gemma4_text": layers(_unshared(_gemma4), _global, in_window=grouped),
    "glm_moe_dsa": layers(numbers=_indexed),
    "gpt_bigcode": layers(numbers=_multi_query),
    "gpt_oss": layers(typed("WF")),
    "granitemoehybrid": layers(typed()),
    "iquestloopcoder": _looped_with_window,
    "jamba": layers(_jamba),
    "kimi_k3": layers(_kimi_linear, latent),
    "kimi_linear": layers(_kimi_linear, latent),
    "lfm2": layers(_lfm2),
    "lfm2_moe": layers(_lfm2),
    "llama4": layers(
        lambda config: repeated("WWWF", layer_count(config)), window="attention_chunk_size"
    ),
    "longcat_flash": _twice_latent,
    "longcat_flash_ngram": _twice_latent,
    "mimo_v2_flash": layers(
        _mimo_flash,
        _two_sizes("num_key_value_heads", "head_dim", "v_head_dim"),
        "sliding_window_size",
        _two_sizes("swa_num_key_value_heads", "swa_head_dim", "swa_v_head_dim"),
    ),
    "minicpm3": layers(numbers=_minicpm3),
    "minimax_m3_vl": _sparse,
    "muse_glimmer": layers(typed("WWWF")),
    "nanbeige": _looped,
    "nemotron-nas": _nemotron_nas,
    "nemotron_h": layers(_nemotron_h),
    "olmo3": layers(typed("WWWF")),
    "olmo_hybrid": layers(typed("---F")),
    "openelm": _openelm,
    "plamo": layers(numbers=_plamo),
    "plamo2": layers(_plamo2, sized("hidden_size_per_head")),
    "plamo3": layers(every("sliding_window_pattern", "W"), window="window_size"),
    "qwen": layers(numbers=sized("kv_channels")),
    "qwen3_5": layers(every("full_attention_interval", "")),
    "qwen3_next": layers(every("full_attention_interval", "")),
    "recurrent_gemma": layers(_recurrent_gemma, _one_head, "attention_window_size"),
    "spark2_5": layers(typed("WWWF")),
    "step3p5": layers(typed("WF"), in_window=_in_window_step),
    "youtu_llm": layers(numbers=_expanded),
}

DELEGATES: dict[str, Delegate] = {
    "gemma3": Delegate(("gemma3_text",), {"num_attention_heads": 8, "num_key_value_heads": 4}),
    "gemma4": Delegate(("gemma4_text",), {"num_attention_heads": 8, "num_key_value_heads": 1}),
    "kimi_k25": Delegate(("deepseek_v3",)),
    "kimi_vl": Delegate(("deepseek_v3",)),
    "lfm2-vl": Delegate(("lfm2",)),
    "mistral3": Delegate(("llama", "ministral3", "mistral4")),
    "pixtral": Delegate(("llama",), {"num_attention_heads": 32}),
    "prism_hadamard_qwen35": Delegate(("qwen3_5",)),
    "qwen2_vl": Delegate(("qwen2",)),
    "qwen3_5_moe": Delegate(("qwen3_5",)),
    "qwen3_vl": Delegate(("qwen3",)),
    "qwen3_vl_moe": Delegate(("qwen3_moe",)),
}
