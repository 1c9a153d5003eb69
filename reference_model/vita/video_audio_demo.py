"""Answer a question about a picture: ``video_audio_demo.py --model_path DIR --image_path FILE --question TEXT``."""

from __future__ import annotations

import argparse

import torch
from PIL import Image

from reference_model.vita.builder import get_model_name_from_path, load_pretrained_model
from reference_model.vita.mm_inputs import build_prompt, process_images, tokenizer_image_token


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model_path", type=str, required=True, help="a checkpoint, or a projector's folder")
    parser.add_argument("--model_base", type=str, default=None, help="the language model under a projector")
    parser.add_argument("--model_type", type=str, default="qwen2p5_instruct", help="which language model it is")
    parser.add_argument("--image_path", type=str, default=None, help="the picture; without it the model only reads")
    parser.add_argument("--question", type=str, default="", help="the text of the prompt")
    parser.add_argument("--max_new_tokens", type=int, default=8, help="how long the answer may become")
    parser.add_argument("--device", type=str, default="cpu", help="where the model runs")
    return parser.parse_args()


def main() -> None:
    """Load the model, ask it for its tower, prepare prompt and picture, print the answer."""
    args = parse_arguments()

    model_name = get_model_name_from_path(args.model_path)
    tokenizer, model, image_processor, context_len = load_pretrained_model(
        args.model_path, args.model_base, model_name, args.model_type, device=args.device
    )

    vision_tower = model.get_vision_tower()
    if not vision_tower.is_loaded:
        vision_tower.load_model()
    image_processor = vision_tower.image_processor
    model.eval()

    if args.image_path is not None:
        image = Image.open(args.image_path).convert("RGB")
        image_tensor = process_images([image], image_processor, model.config).to(args.device)
        prompt = build_prompt(args.question, image_count=1)
    else:
        image_tensor = None
        prompt = build_prompt(args.question, image_count=0)

    input_ids = torch.tensor([tokenizer_image_token(prompt, tokenizer)], device=args.device)  # (1, L)
    if input_ids.shape[1] + args.max_new_tokens > context_len:
        raise ValueError(f"Prompt and answer exceed the {context_len} tokens the model can take")

    with torch.inference_mode():
        output_ids = model.generate(
            input_ids,
            images=image_tensor,
            do_sample=False,
            max_new_tokens=args.max_new_tokens,
            use_cache=True,
        )

    outputs = tokenizer.batch_decode(output_ids, skip_special_tokens=True)[0]
    print(outputs)


if __name__ == "__main__":
    main()
