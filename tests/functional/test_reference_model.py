"""The reference model does what it is there to show: it loads, sees, trains, and fails where the original fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch", reason="the reference model runs on torch")
pytest.importorskip("transformers", reason="the reference model runs on transformers")

from transformers import (  # noqa: E402
    AutoConfig,
    AutoModelForCausalLM,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    CLIPVisionModel,
    PreTrainedModel,
    Qwen2ForCausalLM,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from reference_model.scenarios import checkpoints  # noqa: E402
from reference_model.vita.builder import load_pretrained_model  # noqa: E402
from reference_model.vita.constants import IGNORE_INDEX, IMAGE_TOKEN_INDEX  # noqa: E402
from reference_model.vita.language_model.vita_qwen2 import (  # noqa: E402
    VITAQwen2Config,
    VITAQwen2ForCausalLM,
    VITAQwen2Model,
    custom_forward,
)
from reference_model.vita.mm_inputs import build_prompt, tokenizer_image_token  # noqa: E402
from reference_model.vita.multimodal_encoder.builder import build_vision_tower  # noqa: E402
from reference_model.vita.multimodal_encoder.internvit.internvit_encoder import InternViTVisionTower  # noqa: E402
from reference_model.vita.multimodal_projector.builder import IdentityMap, build_vision_projector  # noqa: E402
from reference_model.vita.train import train  # noqa: E402
from reference_model.vita.vita_arch import VITAMetaModel  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TARGETS = tomllib.loads((ROOT / "tracer.toml").read_text(encoding="utf-8"))["targets"]
SCENARIOS = TARGETS["vita"]["scenarios"]
IMAGE_TOKENS = 4  # 16 patches of the tiny InternViT, four folded into one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every scenario's files in one work folder, which is the current directory of the tests here."""
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("work")
    os.chdir(folder)
    for scenario in SCENARIOS.values():
        getattr(checkpoints, scenario["setup"].partition(":")[2])()
    yield folder
    os.chdir(before)


@pytest.fixture
def model(folder: Path) -> VITAQwen2ForCausalLM:
    del folder
    return VITAQwen2ForCausalLM.from_pretrained("vita")


def run_scenario(folder: Path, scenario: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / scenario["script"]), *scenario["argv"]] if "script" in scenario else ["-c", call(scenario)]
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def call(scenario: dict[str, Any]) -> str:
    module, _, function = scenario["entry"].partition(":")
    return f"from {module} import {function}; {function}()"


def tensors_of(module: Any) -> dict[str, Any]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def assert_same_tensors(actual: Any, expected: Any) -> None:
    actual, expected = tensors_of(actual), tensors_of(expected)
    assert actual.keys() == expected.keys()
    assert [name for name in expected if not torch.equal(actual[name], expected[name])] == []


# --- scenarios -------------------------------------------------------------------------------------------------------


def test_training_lowers_the_loss_writes_the_projector_alone_and_repeats_exactly(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run_scenario(folder, SCENARIOS["train"])
    assert first.returncode == 0, first.stderr
    losses = [float(line.rpartition(" ")[2]) for line in first.stdout.splitlines()]
    assert len(losses) == 2
    assert losses[1] < losses[0]
    assert sorted(path.name for path in Path("output").iterdir()) == ["config.json", "mm_projector.bin"]
    weights = torch.load("output/mm_projector.bin", weights_only=True)
    assert {name: tuple(weight.shape) for name, weight in weights.items()} == {
        "model.mm_projector.0.weight": (32, 64),
        "model.mm_projector.0.bias": (32,),
        "model.mm_projector.2.weight": (32, 32),
        "model.mm_projector.2.bias": (32,),
    }
    assert json.loads(Path("output/config.json").read_text())["mm_vision_tower"] == "InternViT-tiny"
    monkeypatch.setattr(sys, "argv", ["train.py", *SCENARIOS["train"]["argv"]])
    train()
    assert capsys.readouterr().out == first.stdout


@pytest.mark.parametrize("name", ["demo", "demo_from_base"])
def test_the_demo_answers(folder: Path, name: str) -> None:
    run = run_scenario(folder, SCENARIOS[name])
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Loading ")
    assert len(run.stdout.splitlines()) >= 2


def test_the_demo_without_a_tower_fails_in_the_demo_itself(folder: Path) -> None:
    run = run_scenario(folder, SCENARIOS["demo_without_tower"])
    assert run.returncode == 1
    *_, place, line, _, error = run.stderr.splitlines()
    assert error == "AttributeError: 'NoneType' object has no attribute 'is_loaded'"
    assert place.endswith("in main")
    assert SCENARIOS["demo_without_tower"]["script"] in place
    assert line.strip() == "if not vision_tower.is_loaded:"


def test_llava_of_transformers_runs_forward(folder: Path) -> None:
    run = run_scenario(folder, TARGETS["llava"]["scenarios"]["forward"])
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("logits (1, 20, 100), sum ")


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_committed_config_is_the_one_the_run_reads(folder: Path, name: str) -> None:
    for written, committed in SCENARIOS[name]["data"].items():
        assert (folder / written).read_bytes() == (ROOT / committed).read_bytes()


# --- construction and loading ----------------------------------------------------------------------------------------


def test_a_tower_is_built_only_for_a_config_that_names_one(folder: Path) -> None:
    del folder
    config = VITAQwen2Config.from_pretrained("llm")
    assert not hasattr(config, "mm_vision_tower")
    model = VITAQwen2ForCausalLM(config)
    assert model.get_vision_tower() is None
    assert not hasattr(model.get_model(), "mm_projector")
    assert isinstance(VITAQwen2ForCausalLM(VITAQwen2Config.from_pretrained("vita")).get_vision_tower(), torch.nn.Module)


def test_the_auto_classes_know_the_model(folder: Path) -> None:
    del folder
    assert type(AutoConfig.from_pretrained("vita")) is VITAQwen2Config
    assert type(AutoModelForCausalLM.from_pretrained("vita")) is VITAQwen2ForCausalLM


def test_importing_the_model_patches_qwen2_for_everybody() -> None:
    assert Qwen2ForCausalLM.forward is custom_forward
    mro = [base.__name__ for base in VITAQwen2Model.__mro__[:4]]
    assert mro == ["VITAQwen2Model", "VITAMetaModel", "Qwen2Model", "Qwen2PreTrainedModel"]


def test_an_attribute_set_on_the_config_survives_its_json(folder: Path, tmp_path: Path) -> None:
    del folder
    config = VITAQwen2Config.from_pretrained("llm")
    config.mm_vision_tower = "InternViT-tiny"
    config.save_pretrained(tmp_path)
    assert VITAQwen2Config.from_pretrained(tmp_path).mm_vision_tower == "InternViT-tiny"


def test_loading_fills_every_weight_and_complains_about_none(folder: Path) -> None:
    del folder
    _, report = VITAQwen2ForCausalLM.from_pretrained("vita", output_loading_info=True)
    assert {name: list(keys) for name, keys in report.items() if keys} == {}


def write_tower(name: str) -> None:
    """A tiny CLIP or SigLIP with its image processor, in a folder of that name."""
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    image = {"image_size": 32, "patch_size": 8}
    size = {"height": 32, "width": 32}
    if "siglip" in name:
        SiglipVisionModel(SiglipVisionConfig(**sizes, **image)).save_pretrained(name)
        SiglipImageProcessorPil(size=size).save_pretrained(name)
    elif "clip" in name:
        CLIPVisionModel(CLIPVisionConfig(**sizes, **image)).save_pretrained(name)
        CLIPImageProcessorPil(size=size, crop_size=size).save_pretrained(name)


@pytest.mark.parametrize(
    ("name", "hidden_size", "tokens"),
    [("InternViT-tiny", 64, IMAGE_TOKENS), ("siglip-tiny", 16, 16), ("clip-tiny", 16, 16)],
)
def test_tower_weights_and_buffers_survive_the_load_around_them(
    folder: Path, tmp_path: Path, name: str, hidden_size: int, tokens: int
) -> None:
    del folder
    write_tower(name)
    config = VITAQwen2Config.from_pretrained("vita", mm_vision_tower=name, mm_hidden_size=hidden_size)
    built = VITAQwen2ForCausalLM(config).eval()
    weights = {key: weight for key, weight in built.state_dict().items() if ".vision_tower." not in key}
    built.save_pretrained(tmp_path, state_dict=weights)

    loaded = VITAQwen2ForCausalLM.from_pretrained(tmp_path)

    tower = loaded.get_vision_tower()
    assert tower.num_patches == tokens
    assert_same_tensors(tower.vision_tower, type(tower.vision_tower).from_pretrained(name))
    assert_same_tensors(loaded, built)
    pixels = torch.rand(2, 3, 32, 32)
    assert loaded.encode_images(pixels).shape == (2, tokens, 32)
    torch.testing.assert_close(loaded.encode_images(pixels), built.encode_images(pixels))


def test_tower_weights_in_the_checkpoint_win_over_the_folder(model: VITAQwen2ForCausalLM, tmp_path: Path) -> None:
    with torch.no_grad():
        model.get_vision_tower().vision_tower.embeddings.class_embedding.fill_(7.0)
    model.save_pretrained(tmp_path)
    assert_same_tensors(VITAQwen2ForCausalLM.from_pretrained(tmp_path), model)


def test_a_delayed_tower_knows_its_sizes_before_its_weights(folder: Path) -> None:
    del folder
    tower = build_vision_tower(SimpleNamespace(vision_tower="InternViT-tiny"), delay_load=True)
    assert isinstance(tower, InternViTVisionTower)
    assert not tower.is_loaded
    assert (tower.hidden_size, tower.num_patches) == (64, IMAGE_TOKENS)
    tower.load_model()
    assert tower.is_loaded
    assert not any(parameter.requires_grad for parameter in tower.parameters())
    assert tower(torch.rand(3, 3, 32, 32)).shape == (3, IMAGE_TOKENS, 64)
    assert [features.shape for features in tower([torch.rand(3, 32, 32)])] == [(1, IMAGE_TOKENS, 64)]


def test_pixel_shuffle_folds_each_square_of_patches_into_one_token(model: VITAQwen2ForCausalLM) -> None:
    patches = torch.arange(16).reshape(1, 4, 4, 1)
    folded = model.get_vision_tower().pixel_shuffle(patches)
    assert folded.tolist() == [[[[0, 1, 4, 5], [2, 3, 6, 7]], [[8, 9, 12, 13], [10, 11, 14, 15]]]]


def test_a_tower_wrapped_in_a_list_is_unwrapped(model: VITAQwen2ForCausalLM) -> None:
    tower = model.get_model().vision_tower
    del model.get_model().vision_tower
    model.get_model().vision_tower = [tower]
    assert model.get_vision_tower() is tower


def test_initialising_twice_keeps_tower_and_projector(model: VITAQwen2ForCausalLM, tmp_path: Path) -> None:
    before = (model.get_vision_tower(), model.get_model().mm_projector)
    model.get_model().mm_projector.requires_grad_(False)
    weights = {f"model.mm_projector.{key}": value + 1 for key, value in before[1].state_dict().items()}
    torch.save(weights, tmp_path / "mm_projector.bin")
    arguments = SimpleNamespace(
        vision_tower="InternViT-tiny",
        mm_projector_type="mlp2x_gelu",
        pretrain_mm_mlp_adapter=str(tmp_path / "mm_projector.bin"),
    )
    model.get_model().initialize_vision_modules(arguments)
    assert (model.get_vision_tower(), model.get_model().mm_projector) == before
    assert all(parameter.requires_grad for parameter in before[1].parameters())
    assert torch.equal(before[1].state_dict()["0.bias"], weights["model.mm_projector.0.bias"])


def test_base_and_projector_make_the_model_they_were_taken_from(folder: Path) -> None:
    del folder
    _, model, image_processor, context_len = load_pretrained_model("projector", "llm", "projector", "qwen2p5_instruct")
    whole = VITAQwen2ForCausalLM.from_pretrained("vita")
    assert model.config.mm_vision_tower == "./InternViT-tiny"
    assert_same_tensors(model.get_model().mm_projector, whole.get_model().mm_projector)
    assert_same_tensors(model.get_vision_tower(), whole.get_vision_tower())
    assert image_processor is model.get_vision_tower().image_processor
    assert context_len == 512


# --- images in prompts -----------------------------------------------------------------------------------------------


def merge(model: VITAQwen2ForCausalLM, images: Any, **settings: Any) -> tuple[Any, ...]:
    """Two sequences: five tokens with an image in the middle, and three tokens padded to five."""
    for name, value in settings.items():
        setattr(model.config, name, value)
    input_ids = torch.tensor([[5, 6, IMAGE_TOKEN_INDEX, 7, 8], [9, 10, 11, 0, 0]])
    attention_mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    position_ids = torch.arange(5).expand(2, 5)
    return model.prepare_inputs_labels_for_multimodal(
        input_ids, position_ids, attention_mask, None, input_ids.clone(), images
    )


def test_an_image_takes_the_place_of_its_placeholder(model: VITAQwen2ForCausalLM) -> None:
    pixels = torch.rand(1, 3, 32, 32)
    input_ids, position_ids, attention_mask, cache, embeds, labels = merge(model, pixels)
    assert input_ids is None
    assert cache is None
    assert embeds.shape == (2, 8, 32)
    assert attention_mask.tolist() == [[1] * 8, [1, 1, 1, 0, 0, 0, 0, 0]]
    assert position_ids.tolist() == [list(range(8)), [0, 1, 2, 0, 0, 0, 0, 0]]
    ignored = [IGNORE_INDEX]
    assert labels.tolist() == [[5, 6, *ignored * 4, 7, 8], [9, 10, 11, *ignored * 5]]
    torch.testing.assert_close(embeds[0, 2:6], model.encode_images(pixels)[0])
    words = model.get_model().embed_tokens(torch.tensor([9, 10, 11]))
    torch.testing.assert_close(embeds[1, :3], words)
    assert embeds[1, 3:].abs().sum() == 0


def test_padding_may_stand_on_the_left(model: VITAQwen2ForCausalLM) -> None:
    _, position_ids, attention_mask, _, _, labels = merge(
        model, torch.rand(1, 3, 32, 32), tokenizer_padding_side="left"
    )
    assert attention_mask.tolist()[1] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert position_ids.tolist()[1] == [0, 0, 0, 0, 0, 0, 1, 2]
    assert labels.tolist()[1] == [*[IGNORE_INDEX] * 5, 9, 10, 11]


def test_a_merged_sequence_is_cut_to_the_maximum_length(model: VITAQwen2ForCausalLM) -> None:
    *_, embeds, labels = merge(model, [torch.rand(3, 32, 32)], tokenizer_model_max_length=6)
    assert embeds.shape == (2, 6, 32)
    assert labels.tolist()[0] == [5, 6, *[IGNORE_INDEX] * 4]


@pytest.mark.parametrize("shape", [(1, 3, 32, 32), (1, 1, 3, 32, 32)])
def test_images_may_come_flat_or_by_sequence(model: VITAQwen2ForCausalLM, shape: tuple[int, ...]) -> None:
    assert merge(model, torch.rand(*shape))[4].shape == (2, 8, 32)


@pytest.mark.parametrize("count", [2, 3])
def test_as_many_images_as_placeholders_are_needed(model: VITAQwen2ForCausalLM, count: int) -> None:
    expected = rf"The prompts hold 1 image placeholder\(s\), but {count} image\(s\) were given"
    with pytest.raises(ValueError, match=expected):
        merge(model, torch.rand(count, 3, 32, 32))


def test_text_alone_passes_through(model: VITAQwen2ForCausalLM) -> None:
    input_ids = torch.tensor([[5, 6, 7]])
    assert model.prepare_inputs_labels_for_multimodal(input_ids, None, None, None, None, None)[0] is input_ids
    assert model(input_ids).logits.shape == (1, 3, 320)
    assert model(input_ids, labels=input_ids, return_dict=False)[0].ndim == 0


def test_what_the_model_reads_depends_on_the_picture(model: VITAQwen2ForCausalLM) -> None:
    input_ids = torch.tensor([[5, IMAGE_TOKEN_INDEX, 7]])
    dark, bright = (model(input_ids, images=torch.full((1, 3, 32, 32), level)).logits for level in (-1.0, 1.0))
    assert dark.shape == (1, 2 + IMAGE_TOKENS, 320)
    assert not torch.allclose(dark[:, -1], bright[:, -1])
    tokens = model.generate(input_ids, images=torch.zeros(1, 3, 32, 32), do_sample=False, max_new_tokens=3)
    assert tokens.shape[1] <= 3


def test_generating_step_by_step_equals_one_forward_pass(model: VITAQwen2ForCausalLM) -> None:
    input_ids, pixels = torch.tensor([[5, IMAGE_TOKEN_INDEX, 7]]), torch.rand(1, 3, 32, 32)
    tokens = model.generate(input_ids, images=pixels, do_sample=False, max_new_tokens=2, min_new_tokens=2)
    extended = torch.cat([input_ids, tokens], dim=1)
    logits = model(extended, images=pixels).logits[0, -3:-1]
    logits[:, model.generation_config.eos_token_id] = -torch.inf
    assert logits.argmax(dim=-1).tolist() == tokens[0].tolist()


def test_generate_refuses_embeddings_of_the_callers_own(model: VITAQwen2ForCausalLM) -> None:
    with pytest.raises(NotImplementedError, match="pass token ids and images"):
        model.generate(torch.tensor([[5]]), inputs_embeds=torch.zeros(1, 1, 32))


def test_the_placeholder_never_reaches_the_tokenizer(folder: Path) -> None:
    del folder
    tokenizer = checkpoints.train_tokenizer(320)
    assert len(tokenizer) <= 320
    prompt = build_prompt("Describe this image.", image_count=2)
    ids = tokenizer_image_token(prompt, tokenizer)
    assert ids.count(IMAGE_TOKEN_INDEX) == 2
    assert tokenizer.decode([token for token in ids if token >= 0]) == prompt.replace("<image>", "")


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ResNet-50", "Unknown vision tower: ResNet-50"),
        ("EVA-tiny", "EVA-CLIP towers are not supported: EVA-tiny"),
        (None, "No vision tower is named"),
    ],
)
def test_a_tower_nobody_knows_is_named(name: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_vision_tower(SimpleNamespace(vision_tower=name))


@pytest.mark.parametrize(
    ("model_name", "model_type", "message"),
    [("vita", "phi-3", "Unknown Model Type phi-3"), ("vita-lora", "qwen2p5_instruct", "merge it")],
)
def test_a_checkpoint_that_cannot_be_loaded_is_named(model_name: str, model_type: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_pretrained_model("vita", None, model_name, model_type)


def test_more_images_than_a_prompt_may_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="17 images in one prompt, at most 16 are allowed"):
        build_prompt("?", image_count=17)


@pytest.mark.parametrize(
    ("projector_type", "layers"), [("linear", 1), ("mlp1x_gelu", 1), ("mlp2x_gelu", 2), ("mlp3x_gelu", 3)]
)
def test_a_projector_has_the_layers_its_name_says(projector_type: str, layers: int) -> None:
    config = SimpleNamespace(mm_projector_type=projector_type, mm_hidden_size=8, hidden_size=4)
    projector = build_vision_projector(config)
    assert sum(isinstance(module, torch.nn.Linear) for module in projector.modules()) == layers
    assert projector(torch.rand(2, 5, 8)).shape == (2, 5, 4)


def test_other_projectors() -> None:
    assert isinstance(build_vision_projector(SimpleNamespace(mm_projector_type="identity")), IdentityMap)
    with pytest.raises(ValueError, match="Unknown projector type: qformer"):
        build_vision_projector(SimpleNamespace(mm_projector_type="qformer"))


def test_the_mixins_stand_outside_the_model_hierarchy() -> None:
    assert not issubclass(VITAMetaModel, PreTrainedModel)
