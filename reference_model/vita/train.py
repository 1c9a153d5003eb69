"""Teach a text-only language model to see: add a tower and a projector, and train (by default all but the tower).

``train.py --model_name_or_path DIR --vision_tower DIR --data_path FILE --image_folder DIR --output_dir DIR``
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset
from transformers import AutoTokenizer, HfArgumentParser

from reference_model.vita.constants import IGNORE_INDEX
from reference_model.vita.language_model.vita_qwen2 import VITAQwen2ForCausalLM
from reference_model.vita.mm_inputs import IM_END, build_prompt, process_images, tokenize_text, tokenizer_image_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import nn
    from transformers import BaseImageProcessor, PreTrainedTokenizerBase


@dataclass
class ModelArguments:
    """What to train."""

    model_name_or_path: str = field(metadata={"help": "checkpoint of the language model"})
    vision_tower: str | None = field(default=None, metadata={"help": "checkpoint of the tower; its name chooses it"})
    pretrain_mm_mlp_adapter: str | None = field(default=None, metadata={"help": "projector weights to start from"})
    mm_projector_type: str = field(default="linear", metadata={"help": "linear, mlpNx_gelu or identity"})
    freeze_backbone: bool = field(default=False, metadata={"help": "keep the language model's body as it is"})
    tune_mm_mlp_adapter: bool = field(default=False, metadata={"help": "train the projector and nothing else"})


@dataclass
class DataArguments:
    """What to train on."""

    data_path: str = field(metadata={"help": "JSON list of conversations, each with an optional image"})
    image_folder: str = field(default=".", metadata={"help": "where the images lie"})
    image_aspect_ratio: str = field(default="square", metadata={"help": "pad: square images before resizing"})


@dataclass
class TrainingArguments:
    """How to train."""

    output_dir: str = field(metadata={"help": "where the result is written"})
    max_steps: int = field(default=2, metadata={"help": "optimisation steps"})
    per_device_train_batch_size: int = field(default=2, metadata={"help": "conversations per step"})
    learning_rate: float = field(default=1e-3, metadata={"help": "AdamW's step size"})
    model_max_length: int = field(default=512, metadata={"help": "tokens after which a conversation is cut"})
    freeze_mm_mlp_adapter: bool = field(default=False, metadata={"help": "keep the projector as it is"})
    seed: int = field(default=0, metadata={"help": "seeds the fresh projector"})
    device: str = field(default="cpu", metadata={"help": "where to train"})


class LazySupervisedDataset(Dataset[dict[str, torch.Tensor]]):
    """Conversations of one question and one answer, tokenized and their images opened when asked for."""

    def __init__(
        self,
        data_args: DataArguments,
        tokenizer: PreTrainedTokenizerBase,
        image_processor: BaseImageProcessor | None,
    ) -> None:
        with open(data_args.data_path, encoding="utf-8") as file:
            self.conversations = json.load(file)
        self.data_args = data_args
        self.tokenizer = tokenizer
        self.image_processor = image_processor

    def __len__(self) -> int:
        return len(self.conversations)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        """Return input_ids (L), labels (L) that ignore the prompt and, if there is an image, image (3, H, W).

        Raises ValueError for an image in a training without a tower.
        """
        conversation = self.conversations[index]
        prompt = build_prompt(conversation["question"], image_count=int("image" in conversation))
        prompt_ids = tokenizer_image_token(prompt, self.tokenizer)
        answer_ids = tokenize_text(conversation["answer"] + IM_END, self.tokenizer)
        item = {
            "input_ids": torch.tensor(prompt_ids + answer_ids),
            "labels": torch.tensor([IGNORE_INDEX] * len(prompt_ids) + answer_ids),
        }
        if "image" in conversation:
            if self.image_processor is None:
                raise ValueError(f"{conversation['image']} cannot be seen: name a --vision_tower")
            image = Image.open(os.path.join(self.data_args.image_folder, conversation["image"])).convert("RGB")
            item["image"] = process_images([image], self.image_processor, self.data_args)[0]
        return item


@dataclass
class DataCollatorForSupervisedDataset:
    """Batch items: pad text on the right, put the images of the whole batch one after another."""

    tokenizer: PreTrainedTokenizerBase

    def __call__(self, instances: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        """B items -> input_ids, labels, attention_mask (B, L) and, if there are any, images (N, 3, H, W)."""
        batch = {
            "input_ids": pad_sequence([item["input_ids"] for item in instances], True, self.tokenizer.pad_token_id),
            "labels": pad_sequence([item["labels"] for item in instances], True, IGNORE_INDEX),
            "attention_mask": pad_sequence([torch.ones_like(item["input_ids"]) for item in instances], True, 0),
        }
        images = [item["image"] for item in instances if "image" in item]
        if images:
            batch["images"] = torch.stack(images)
        return batch


def make_supervised_data_module(
    tokenizer: PreTrainedTokenizerBase, data_args: DataArguments, image_processor: BaseImageProcessor | None
) -> dict[str, Any]:
    """The data set and the collator that fits it."""
    train_dataset = LazySupervisedDataset(data_args, tokenizer, image_processor)
    return {"dataset": train_dataset, "collate_fn": DataCollatorForSupervisedDataset(tokenizer=tokenizer)}


def choose_trained_parameters(
    model: VITAQwen2ForCausalLM, model_args: ModelArguments, training_args: TrainingArguments
) -> None:
    """Freeze what the arguments say of the language model and the projector."""
    if model_args.freeze_backbone:
        for name, parameter in model.model.named_parameters():
            if "mm_projector" not in name:
                parameter.requires_grad = False
    if model_args.tune_mm_mlp_adapter:
        model.requires_grad_(False)
        for parameter in model.get_model().mm_projector.parameters():
            parameter.requires_grad = True
    if training_args.freeze_mm_mlp_adapter:
        for parameter in model.get_model().mm_projector.parameters():
            parameter.requires_grad = False


def run_training(model: VITAQwen2ForCausalLM, data_module: dict[str, Any], training_args: TrainingArguments) -> None:
    """Take ``max_steps`` AdamW steps over the data, in its order and again from the start, printing each loss."""
    loader = DataLoader(batch_size=training_args.per_device_train_batch_size, **data_module)
    optimizer = torch.optim.AdamW(
        [parameter for parameter in model.parameters() if parameter.requires_grad], lr=training_args.learning_rate
    )
    model.train()
    for step, batch in enumerate(islice(cycle(loader), training_args.max_steps), start=1):
        inputs = {name: tensor.to(training_args.device) for name, tensor in batch.items()}
        loss = model(**inputs).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(f"step {step}: loss {loss.item():.4f}")


def get_mm_adapter_state(named_parameters: Iterable[tuple[str, nn.Parameter]]) -> dict[str, torch.Tensor]:
    """The projector's weights, on the CPU, under the names they have in the whole model."""
    return {name: parameter.detach().cpu() for name, parameter in named_parameters if "mm_projector" in name}


def save_result(model: VITAQwen2ForCausalLM, tune_mm_mlp_adapter: bool, output_dir: str) -> None:
    """Write the projector alone (``mm_projector.bin``) if nothing else was trained, else the whole model."""
    os.makedirs(output_dir, exist_ok=True)
    if tune_mm_mlp_adapter:
        model.config.save_pretrained(output_dir)
        torch.save(get_mm_adapter_state(model.named_parameters()), os.path.join(output_dir, "mm_projector.bin"))
    else:
        model.save_pretrained(output_dir)


def train() -> None:
    """Read the command line, build the model, train it, write the result."""
    parser = HfArgumentParser((ModelArguments, DataArguments, TrainingArguments))
    model_args, data_args, training_args = parser.parse_args_into_dataclasses()
    torch.manual_seed(training_args.seed)

    tokenizer = AutoTokenizer.from_pretrained(
        model_args.model_name_or_path, model_max_length=training_args.model_max_length, padding_side="right"
    )
    model = VITAQwen2ForCausalLM.from_pretrained(model_args.model_name_or_path)
    model.config.use_cache = False

    image_processor = None
    if model_args.vision_tower is not None:
        model.get_model().initialize_vision_modules(model_args=model_args)
        vision_tower = model.get_vision_tower()
        # A tower whose weights came with the language model's checkpoint is not frozen any more.
        vision_tower.requires_grad_(False)
        image_processor = vision_tower.image_processor
        model.config.image_aspect_ratio = data_args.image_aspect_ratio

    model.config.tokenizer_padding_side = tokenizer.padding_side
    model.config.tokenizer_model_max_length = tokenizer.model_max_length
    model.config.tune_mm_mlp_adapter = model_args.tune_mm_mlp_adapter
    choose_trained_parameters(model, model_args, training_args)
    model.to(training_args.device)

    data_module = make_supervised_data_module(tokenizer=tokenizer, data_args=data_args, image_processor=image_processor)
    run_training(model, data_module, training_args)
    save_result(model, model_args.tune_mm_mlp_adapter, training_args.output_dir)


if __name__ == "__main__":
    train()
