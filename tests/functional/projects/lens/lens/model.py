"""The model itself: the mixins joined to the backbone."""

from lens.backbone import Backbone, BackboneForAnswers
from lens.meta import MetaForAnswers, MetaModel


class LensModel(MetaModel, Backbone):
    pass


class LensForAnswers(BackboneForAnswers, MetaForAnswers):
    def __init__(self, config):
        super(BackboneForAnswers, self).__init__()
        self.model = LensModel(config)

    def get_model(self):
        return self.model

    def forward(self, words, image=None):
        return self.model(words, None if image is None else self.encode(image))
