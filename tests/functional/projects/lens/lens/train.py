"""Give a bare model a tower."""

import argparse

from lens.model import LensForAnswers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--sight", default="narrow")
    arguments = parser.parse_args()
    model = LensForAnswers.from_folder(arguments.folder)
    model.get_model().add_tower(arguments)
    print(model(["one"], 1))


if __name__ == "__main__":
    main()
