"""Answer a question about a number that stands for a picture."""

import argparse

from lens.model import LensForAnswers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--image", type=int, default=2)
    arguments = parser.parse_args()
    model = LensForAnswers.from_folder(arguments.folder)
    tower = model.get_tower()
    if not tower.is_loaded:
        tower.load_model()
    print(model(["what", "is", "this"], arguments.image))


if __name__ == "__main__":
    main()
