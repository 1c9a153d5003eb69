"""Make the work folder of a scenario: checkpoints with small random weights, pictures, conversations.

Every function here writes into the current directory and nowhere else. Weights, tokenizer and image processor are
written by the libraries' own ``save_pretrained``, so that the real loading code runs on them; the small JSON files
are the committed ones below ``scenarios/data``, byte for byte, so that whoever reads those knows what a run will read.
Everything is seeded: the same files come out each time.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PIL import Image, ImageDraw
from transformers import CLIPImageProcessorPil

from reference_model.scenarios.tokenizer import train_tokenizer
from reference_model.vita.language_model.vita_qwen2 import VITAQwen2Config, VITAQwen2ForCausalLM
from reference_model.vita.multimodal_encoder.internvit.configuration_intern_vit import InternVisionConfig
from reference_model.vita.multimodal_encoder.internvit.modeling_intern_vit import InternVisionModel
from reference_model.vita.train import get_mm_adapter_state

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CONFIGS = Path(__file__).parent / "data"
COLOURS = ("red", "blue", "green", "yellow")


def make_train() -> None:
    """Prepare training: a text-only language model, a tower, and conversations about pictures."""
    write_language_model("llm")
    write_vision_tower("InternViT-tiny")
    write_conversations("train.json", "images")


def make_demo() -> None:
    """Prepare the demo on a whole checkpoint, whose config names the tower."""
    write_vision_tower("InternViT-tiny")
    write_language_model("vita")
    draw_square("red").save("picture.png")


def make_demo_without_tower() -> None:
    """Prepare the demo on a checkpoint whose config names no tower."""
    write_language_model("llm")
    draw_square("red").save("picture.png")


def make_demo_from_base() -> None:
    """Prepare the demo on a projector that was trained apart from its language model."""
    make_demo()
    write_projector("projector", of="vita")
    write_language_model("llm")


def write_vision_tower(folder: str) -> None:
    """Write an InternViT with random weights, and the image processor that fits its input size."""
    torch.manual_seed(1)
    config = InternVisionConfig.from_pretrained(CONFIGS / folder)
    write_weights(InternVisionModel(config), folder)
    size = {"height": config.image_size, "width": config.image_size}
    CLIPImageProcessorPil(size=size, crop_size=size).save_pretrained(folder)
    put_committed_files(folder)


def write_language_model(folder: str) -> None:
    """Write a VITA-Qwen2 with random weights, and a tokenizer. A tower it has is left to the tower's own folder."""
    torch.manual_seed(2)
    config = VITAQwen2Config.from_pretrained(CONFIGS / folder)
    write_weights(VITAQwen2ForCausalLM(config), folder)
    train_tokenizer(config.vocab_size).save_pretrained(folder)
    put_committed_files(folder)


def write_weights(model: PreTrainedModel, folder: str) -> None:
    """Save a model without its vision tower."""
    weights = {name: weight for name, weight in model.state_dict().items() if ".vision_tower." not in name}
    model.save_pretrained(folder, state_dict=weights)


def put_committed_files(folder: str) -> None:
    """Put the committed JSON files of a checkpoint in the place of those just written."""
    for file in sorted((CONFIGS / folder).glob("*.json")):
        shutil.copyfile(file, Path(folder, file.name))


def write_projector(folder: str, of: str) -> None:
    """Save the projector of the checkpoint ``of`` alone, as training writes it."""
    model = VITAQwen2ForCausalLM.from_pretrained(of)
    Path(folder).mkdir(exist_ok=True)
    torch.save(get_mm_adapter_state(model.named_parameters()), Path(folder, "mm_projector.bin"))


def write_conversations(path: str, image_folder: str) -> None:
    """Write one question and answer per colour with its picture, and one without a picture."""
    Path(image_folder).mkdir(exist_ok=True)
    conversations = [{"question": "Say hello.", "answer": "Hello, how are you today?"}]
    for colour in COLOURS:
        draw_square(colour).save(Path(image_folder, f"{colour}.png"))
        conversations.append(
            {
                "image": f"{colour}.png",
                "question": "What colour is the square in this picture?",
                "answer": f"The square is {colour}.",
            }
        )
    Path(path).write_text(json.dumps(conversations, indent=2) + "\n", encoding="utf-8")


def draw_square(colour: str) -> Image.Image:
    """A coloured square on white, in a picture that is wider than high."""
    picture = Image.new("RGB", (48, 40), "white")
    ImageDraw.Draw(picture).rectangle((12, 8, 36, 32), fill=colour)
    return picture
