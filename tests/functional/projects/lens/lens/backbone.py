"""What a library would bring: a configuration, a base model and loading from a folder."""

import json
import os


class Config:
    def __init__(self, **values):
        self.width = 4
        for key, value in values.items():
            setattr(self, key, value)

    @classmethod
    def from_folder(cls, folder):
        with open(os.path.join(folder, "config.json")) as file:
            return cls(**json.load(file))


class Module:
    def __call__(self, *inputs):
        return self.forward(*inputs)

    def forward(self, *inputs):
        raise NotImplementedError


class Backbone(Module):
    def __init__(self, config):
        self.config = config

    def forward(self, words, image=None):
        return len(words) + (image or 0)


class BackboneForAnswers(Module):
    def __init__(self, config):
        self.model = Backbone(config)

    @classmethod
    def from_folder(cls, folder):
        return cls(Config.from_folder(folder))
