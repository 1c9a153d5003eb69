"""The mixins that give a language model its eyes."""

from abc import ABC, abstractmethod

from lens.towers import build_tower


class MetaModel:
    def __init__(self, config):
        super().__init__(config)
        if hasattr(config, "tower_name"):
            self.tower = build_tower(config)

    def get_tower(self):
        return getattr(self, "tower", None)

    def add_tower(self, arguments):
        self.config.tower_name = arguments.sight
        self.tower = build_tower(self.config)
        self.tower.load_model()


class MetaForAnswers(ABC):
    @abstractmethod
    def get_model(self): ...

    def get_tower(self):
        return self.get_model().get_tower()

    def encode(self, image):
        return self.get_model().get_tower()(image)
