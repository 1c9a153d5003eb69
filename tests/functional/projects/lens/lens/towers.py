"""Towers, and the factory that chooses one by a part of its name."""

from lens.backbone import Module


class Tower(Module):
    def __init__(self, name):
        self.name = name
        self.is_loaded = False

    def load_model(self):
        self.is_loaded = True

    def forward(self, image):
        return image * 2


class WideTower(Tower):
    def forward(self, image):
        return image * 3


def build_tower(config):
    name = getattr(config, "tower_name", "")
    if "wide" in name:
        return WideTower(name)
    return Tower(name)
