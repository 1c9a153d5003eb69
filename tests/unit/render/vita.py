"""A small traced target, written by hand: a demo script that asks a VITA-shaped model for its vision tower.

Sources, trace, claims and runs fit together: every site is found by its text, so an excerpt shows what a claim names.
"""

from __future__ import annotations

import hashlib

from tracer.model.claims import Claim, Step
from tracer.model.edges import Access, CallEdge, Guard, Site, Unresolved
from tracer.model.evidence import (
    ObservedEdge,
    ObservedException,
    ObservedFlow,
    ObservedFrame,
    ObservedWrite,
    ScenarioRun,
)
from tracer.model.names import Span
from tracer.model.program import ClassLinearisation, Context, ContextCall, EntryTrace, FirstWrite, Program
from tracer.model.targets import Documented, Scenario, Target
from tracer.model.verdicts import Ratio, Summary, Verdict
from tracer.render.dossier import TracedTarget

HOSTILE = (
    "<script>alert(1)</script> **bold** | [x](javascript:1) {{ view }} `tick` {% raw %} <!-- \u202e " + "y" * 10_000
)

SOURCES = {
    "vita/demo.py": '''"""Ask a checkpoint for its vision tower."""
import argparse

from vita.model.builder import load_pretrained_model


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--model-path", default="checkpoint")
    args = parser.parse_args(argv)
    tokenizer, model = load_pretrained_model(args.model_path)

    vision_tower = model.get_vision_tower()
    if not vision_tower.is_loaded:
        vision_tower.load_model()
    return vision_tower
''',
    "vita/train.py": '''"""Train the projector."""
from vita.model.vita_qwen2 import VITAQwen2ForCausalLM


def train(model_args):
    model = VITAQwen2ForCausalLM.from_pretrained(model_args.model_name_or_path)
    if model_args.vision_tower is not None:
        model.get_model().initialize_vision_modules(model_args=model_args)
    return model
''',
    "vita/model/builder.py": '''from vita.model.vita_qwen2 import VITAQwen2ForCausalLM


def load_pretrained_model(model_path):
    """Load tokenizer and model."""
    model = VITAQwen2ForCausalLM.from_pretrained(
        model_path,
        low_cpu_mem_usage=True,
    )
    return None, model
''',
    "vita/model/vita_arch.py": '''from abc import ABC, abstractmethod

from vita.model.encoder import build_vision_tower


class VITAMetaModel:
    def __init__(self, config):
        super().__init__(config)
        if hasattr(config, "mm_vision_tower"):
            self.vision_tower = build_vision_tower(config)

    def get_vision_tower(self):
        vision_tower = getattr(self, "vision_tower", None)
        return vision_tower

    def initialize_vision_modules(self, model_args):
        self.config.mm_vision_tower = model_args.vision_tower


class VITAMetaForCausalLM(ABC):
    @abstractmethod
    def get_model(self):
        """The inner model."""

    def get_vision_tower(self):
        return self.get_model().get_vision_tower()
''',
    "vita/model/vita_qwen2.py": '''from transformers import Qwen2ForCausalLM, Qwen2Model

from vita.model.vita_arch import VITAMetaForCausalLM, VITAMetaModel


class VITAQwen2Model(VITAMetaModel, Qwen2Model):
    pass


class VITAQwen2ForCausalLM(Qwen2ForCausalLM, VITAMetaForCausalLM):
    def __init__(self, config):
        super(Qwen2ForCausalLM, self).__init__(config)
        self.model = VITAQwen2Model(config)

    def get_model(self):
        return self.model


def custom_forward(self, *args, **kwargs):
    """See ``` fences ``` and <!-- comments."""
    return self.model(*args, **kwargs)


Qwen2ForCausalLM.forward = custom_forward
''',
    "vita/model/encoder.py": """def build_vision_tower(config):
    name = config.mm_vision_tower
    if "InternViT" in name:
        return InternViTVisionTower(name)
    raise ValueError(name)


class InternViTVisionTower:
    def __init__(self, name):
        self.name = name
""",
    "transformers/configuration_utils.py": """class PreTrainedConfig:
    def __init__(self, **kwargs):
        for key, value in kwargs.items():
            setattr(self, key, value)
""",
}  # fmt: skip
FILES = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in SOURCES.items()}

ARCH, QWEN, ENCODER = "vita.model.vita_arch", "vita.model.vita_qwen2", "vita.model.encoder"
LM, INNER = f"{QWEN}:VITAQwen2ForCausalLM", f"{QWEN}:VITAQwen2Model"
META_LM, META = f"{ARCH}:VITAMetaForCausalLM", f"{ARCH}:VITAMetaModel"
HF = "transformers.models.qwen2.modeling_qwen2"
HF_LM, HF_MODEL, HF_BASE = f"{HF}:Qwen2ForCausalLM", f"{HF}:Qwen2Model", "transformers.modeling_utils:PreTrainedModel"
CONFIG, HF_CONFIG = f"{QWEN}:VITAQwen2Config", "transformers.configuration_utils:PreTrainedConfig"
MODULE, OBJECT, ABC = "torch.nn.modules.module:Module", "builtins:object", "abc:ABC"
TARGET_SYMBOL = f"{META}.get_vision_tower"


def site_of(path: str, text: str, owner: str, form: str = "call", library: str | None = None) -> Site:
    """The place of the first occurrence of a text that lies on one or more lines."""
    before, found, _ = SOURCES[path].partition(text)
    assert found, f"{text!r} is not in {path}"
    start, end = before.split("\n"), (before + found).split("\n")
    return Site(path, Span(len(start), len(start[-1]), len(end), len(end[-1])), owner, form, library)


DEMO, TRAIN = "vita.demo:main", "vita.train:train"
LOAD = site_of("vita/demo.py", "load_pretrained_model(args.model_path)", DEMO)
ASK = site_of("vita/demo.py", "model.get_vision_tower()", DEMO)
FROM = site_of(
    "vita/model/builder.py",
    "VITAQwen2ForCausalLM.from_pretrained(\n        model_path,\n        low_cpu_mem_usage=True,\n    )",
    "vita.model.builder:load_pretrained_model",
)
BUILD_INNER = site_of("vita/model/vita_qwen2.py", "VITAQwen2Model(config)", f"{LM}.__init__")
GET_MODEL = site_of("vita/model/vita_arch.py", "self.get_model()", f"{META_LM}.get_vision_tower")
GET_TOWER = site_of("vita/model/vita_arch.py", "self.get_model().get_vision_tower()", f"{META_LM}.get_vision_tower")
BUILD_TOWER = site_of("vita/model/vita_arch.py", "build_vision_tower(config)", f"{META}.__init__")
NEW_TOWER = site_of("vita/model/encoder.py", "InternViTVisionTower(name)", f"{ENCODER}:build_vision_tower")
INITIALISE = site_of("vita/train.py", "model.get_model().initialize_vision_modules(model_args=model_args)", TRAIN)
ASSIGN = site_of(
    "vita/model/vita_arch.py", "self.config.mm_vision_tower", f"{META}.initialize_vision_modules", "attribute"
)
GENERIC = site_of(
    "transformers/configuration_utils.py",
    "setattr(self, key, value)",
    f"{HF_CONFIG}.__init__",
    "setattr",
    "transformers",
)
ASKED = site_of("vita/model/vita_arch.py", 'hasattr(config, "mm_vision_tower")', f"{META}.__init__", "hasattr")
LOADED = site_of("vita/model/encoder.py", "config.mm_vision_tower", f"{ENCODER}:build_vision_tower", "load")
PATCH = site_of("vita/model/vita_qwen2.py", "Qwen2ForCausalLM.forward = custom_forward", QWEN, "attribute")

HAS_TOWER = Guard("vita/model/vita_arch.py", ASKED.span, 'hasattr(config, "mm_vision_tower")', True, "true")
NAMED = Guard(
    "vita/train.py",
    site_of("vita/train.py", "model_args.vision_tower is not None", TRAIN).span,
    "model_args.vision_tower is not None",
    True,
    "undecided",
    "the argument is only known at run time",
)
VIA = ("transformers.modeling_utils:PreTrainedModel.from_pretrained",)

E_LOAD = CallEdge(LOAD, "vita.model.builder:load_pretrained_model", must=True)
E_FROM = CallEdge(FROM, f"{LM}.__init__", LM, via=VIA, must=True)
E_INNER = CallEdge(BUILD_INNER, f"{META}.__init__", INNER, LM, must=True)
E_BUILD = CallEdge(BUILD_TOWER, f"{ENCODER}:build_vision_tower", guards=(HAS_TOWER,))
E_NEW = CallEdge(NEW_TOWER, f"{ENCODER}:InternViTVisionTower.__init__", f"{ENCODER}:InternViTVisionTower")
E_CONFIG = CallEdge(FROM, f"{HF_CONFIG}.__init__", CONFIG, via=VIA)
E_ASK = CallEdge(ASK, f"{META_LM}.get_vision_tower", LM, must=True)
E_MODEL = CallEdge(GET_MODEL, f"{LM}.get_model", LM, LM, must=True)
E_TOWER = CallEdge(GET_TOWER, TARGET_SYMBOL, INNER, LM, must=True)
E_INITIALISE = CallEdge(INITIALISE, f"{META}.initialize_vision_modules", INNER, guards=(NAMED,))


def step_of(edge: CallEdge) -> Step:
    return Step(edge.caller, edge.callee, edge.receiver, edge.via, edge.site)


def call_claim(entry: str, edge: CallEdge) -> Claim:
    expected = (edge.receiver or "-", "must" if edge.must else "may")
    subject = f"{edge.caller} -> {edge.callee}"
    return Claim("call", "vita", entry, subject, expected, (edge.site,), (step_of(edge),), edge.guards)


def _demo() -> EntryTrace:
    contexts = (
        Context(DEMO, None, (ContextCall(E_LOAD, 1), ContextCall(E_ASK, 5))),
        Context(E_LOAD.callee, None, (ContextCall(E_CONFIG, 8), ContextCall(E_FROM, 2))),
        Context(E_FROM.callee, LM, (ContextCall(E_INNER, 3),)),
        Context(E_INNER.callee, INNER, (ContextCall(E_BUILD, 4),)),
        Context(E_BUILD.callee, None, (ContextCall(E_NEW, 9),)),
        Context(E_ASK.callee, LM, (ContextCall(E_MODEL, 6), ContextCall(E_TOWER, 7))),
        Context(E_MODEL.callee, LM, ()),
        Context(TARGET_SYMBOL, INNER, ()),
        Context(E_CONFIG.callee, CONFIG, ()),
        Context(E_NEW.callee, E_NEW.receiver, ()),
    )
    access = Access("mm_vision_tower", CONFIG, GENERIC, generic=True, sources=("config.json, key mm_vision_tower",))
    first = FirstWrite("demo", "mm_vision_tower", CONFIG, access, (E_LOAD, E_CONFIG), (), certain=True)
    reads = (Access("mm_vision_tower", CONFIG, ASKED), Access("mm_vision_tower", CONFIG, LOADED))
    gap = Unresolved(NEW_TOWER, "name.loader", "the name comes from a dictionary that is filled at run time")
    return EntryTrace("demo", DEMO, contexts, (access,), reads, (first,), (), (), (HAS_TOWER,), (gap,), (gap,))


def _train() -> EntryTrace:
    access = Access(
        "mm_vision_tower", CONFIG, ASSIGN, sources=("argument dataclass field vision_tower",), guards=(NAMED,)
    )
    first = FirstWrite("train", "mm_vision_tower", CONFIG, access, (E_INITIALISE,), (NAMED,), certain=False)
    contexts = (Context(TRAIN, None, (ContextCall(E_INITIALISE, 1),)), Context(E_INITIALISE.callee, INNER, ()))
    return EntryTrace("train", TRAIN, contexts, (access,), (), (first,), (), (), (NAMED,), ())


def _class(
    symbol: str, path: str, text: str, mro: tuple[str, ...], bases: tuple[str, ...], **methods: str
) -> ClassLinearisation:
    patches = {"forward": PATCH} if methods.get("forward", "").endswith("custom_forward") else {}
    return ClassLinearisation(symbol, site_of(path, text, symbol, "class"), mro, methods, patches, bases=bases)


LM_MRO = (LM, HF_LM, HF_BASE, MODULE, META_LM, ABC, OBJECT)
INNER_MRO = (INNER, META, HF_MODEL, HF_BASE, MODULE, OBJECT)
CLASSES = {
    LM: _class(
        LM, "vita/model/vita_qwen2.py", "class VITAQwen2ForCausalLM(Qwen2ForCausalLM, VITAMetaForCausalLM):", LM_MRO,
        (HF_LM, META_LM), __init__=f"{LM}.__init__", get_model=f"{LM}.get_model",
        get_vision_tower=f"{META_LM}.get_vision_tower", forward=f"{QWEN}:custom_forward",
        train=f"{MODULE}.train", generate="transformers.generation.utils:GenerationMixin.generate",
    ),
    INNER: _class(
        INNER, "vita/model/vita_qwen2.py", "class VITAQwen2Model(VITAMetaModel, Qwen2Model):", INNER_MRO,
        (META, HF_MODEL), __init__=f"{META}.__init__", get_vision_tower=TARGET_SYMBOL,
    ),
    META: _class(META, "vita/model/vita_arch.py", "class VITAMetaModel:", (META, OBJECT), (OBJECT,),
                 __init__=f"{META}.__init__", get_vision_tower=TARGET_SYMBOL),
    META_LM: _class(META_LM, "vita/model/vita_arch.py", "class VITAMetaForCausalLM(ABC):", (META_LM, ABC, OBJECT),
                    (ABC,)),
    HF_LM: ClassLinearisation(HF_LM, GENERIC, (HF_LM, HF_BASE, MODULE, OBJECT), {}, bases=(HF_BASE,)),
    HF_MODEL: ClassLinearisation(HF_MODEL, GENERIC, (HF_MODEL, HF_BASE, MODULE, OBJECT), {}, bases=(HF_BASE,)),
    HF_BASE: ClassLinearisation(HF_BASE, GENERIC, (HF_BASE, MODULE, OBJECT), {}, bases=(MODULE,)),
}  # fmt: skip
PROGRAM = Program(
    "vita", CLASSES, {"demo": _demo(), "train": _train()}, FILES, {"torch": "2.13.0", "transformers": "5.23.0"},
    (("vita/broken.py", "line 3: invalid syntax"),), {"demo": {}, "demo-bare": {}, "train": {}},
)  # fmt: skip
TARGET = Target(
    "vita", "src", ("vita",), ("transformers",), title="VITA",
    permalink="https://example.org/vita/blob/{ref}/{path}#L{line}-L{end_line}",
    library_permalinks=(("transformers", "https://example.org/transformers/blob/v{version}/src/{path}#L{line}"),),
    scenarios=(
        Scenario("demo", "vita", script="vita/demo.py", argv=("--model-path", "checkpoint"), title="Ask for the tower"),
        Scenario("demo-bare", "vita", script="vita/demo.py", title="A checkpoint without a tower"),
        Scenario("train", "vita", entry="vita.train:main", title="Train the projector"),
    ),
    documented=Documented(
        ("mm_vision_tower",), (("VITAMetaModel.get_vision_tower", "demo"),), ("VITAQwen2ForCausalLM",),
        (("Loading the model", "demo", "load_pretrained_model"),),
    ),
)  # fmt: skip

FLOW = Claim(
    "flow", "vita", "demo", TARGET_SYMBOL, (f"{E_ASK.callee} [{LM}]", f"{TARGET_SYMBOL} [{INNER}]"),
    (ASK, GET_TOWER), (step_of(E_ASK), step_of(E_TOWER)),
)  # fmt: skip
FIRST_DEMO = Claim(
    "first-write", "vita", "demo", f"{CONFIG} mm_vision_tower", (GENERIC.owner, "setattr"), (GENERIC,),
    (step_of(E_LOAD), step_of(E_CONFIG)),
)  # fmt: skip
FIRST_TRAIN = Claim(
    "first-write", "vita", "train", f"{CONFIG} mm_vision_tower", (ASSIGN.owner, "attribute"), (ASSIGN,),
    (step_of(E_INITIALISE),), (NAMED,), certain=False, reason=f"{NAMED.text}: {NAMED.reason}",
)  # fmt: skip
WRITES = Claim("writes", "vita", None, "mm_vision_tower", ("attribute", "generic setattr"), (ASSIGN, GENERIC))
READS = Claim("reads", "vita", None, "mm_vision_tower", ("hasattr", "load"), (ASKED, LOADED))
RAISES = Claim(
    "raises", "vita", "demo-bare", "AttributeError", ("AttributeError", DEMO), (ASK,),
    reason="'NoneType' object has no attribute 'is_loaded'",
)  # fmt: skip
GUARD = Claim(
    "guard", "vita", "demo", f"{META}.__init__: {HAS_TOWER.text}", ("true",),
    (Site(HAS_TOWER.path, HAS_TOWER.span, f"{META}.__init__", "guard"),), (), (HAS_TOWER,),
)  # fmt: skip
MROS = tuple(Claim("mro", "vita", None, c, CLASSES[c].mro, (CLASSES[c].site,)) for c in (LM, INNER, META, META_LM))
METHODS = tuple(
    Claim("method", "vita", None, f"{LM} {name}", (supplier,), (CLASSES[LM].site,))
    for name, supplier in CLASSES[LM].methods.items()
)
DEMO_EDGES = (E_LOAD, E_FROM, E_INNER, E_BUILD, E_NEW, E_CONFIG, E_ASK, E_MODEL, E_TOWER)
CALLS = (*(call_claim("demo", edge) for edge in DEMO_EDGES), call_claim("train", E_INITIALISE))
DISPATCH = Claim("dispatch", "vita", "demo", f"{ENCODER}:build_vision_tower", (f"{ENCODER}:InternViTVisionTower",))
EXCERPT = Claim("excerpt", "vita", None, "vita/demo.py: vision_tower = model.get_vision_tower()", ("…",), (ASK,))
CLAIMS = (*MROS, *METHODS, *CALLS, FLOW, FIRST_DEMO, FIRST_TRAIN, WRITES, READS, RAISES, GUARD, DISPATCH, EXCERPT)


def _frame(symbol: str, receiver: str | None, site: Site) -> ObservedFrame:
    return ObservedFrame(symbol, receiver, site.path, site.span)


RUNS = (
    ScenarioRun(
        "demo", "vita", "cpu", "3.11.7", "completed", libraries=PROGRAM.libraries, files=FILES,
        edges=(ObservedEdge(FROM.path, FROM.span, FROM.owner, f"{LM}.__init__", None, LM, VIA, 2, 1),),
        flows=(
            ObservedFlow(TARGET_SYMBOL, INNER, (
                _frame(DEMO, None, ASK), _frame(GET_TOWER.owner, LM, GET_TOWER),
                _frame(TARGET_SYMBOL, INNER, GET_TOWER),
            )),
        ),
        writes=(
            ObservedWrite("mm_vision_tower", CONFIG, GENERIC.path, GENERIC.span, GENERIC.owner, "'InternViT-300M'", 3),
        ),
        returns={TARGET_SYMBOL: (f"{ENCODER}:InternViTVisionTower",)},
    ),
    ScenarioRun(
        "demo-bare", "vita", "cpu", "3.11.7", "raised", files=FILES,
        exception=ObservedException("AttributeError", RAISES.reason, (_frame(DEMO, None, ASK),)),
    ),
)  # fmt: skip
OUTCOMES = {
    EXCERPT.key: ("holds in source", "", ()),
    FIRST_TRAIN.key: ("not exercised", "train was not run", ()),
    READS.key: ("static", "reads are only watched where names are", ()),
    CALLS[4].key: ("not observed", "the line ran in demo and the call was not seen", ()),
    CALLS[-1].key: ("undecided", NAMED.reason, ()),
    MROS[2].key: ("refuted", "the run shows another order", (META, MODULE, OBJECT)),
}


def verdict_of(claim: Claim) -> Verdict:
    outcome, reason, actual = OUTCOMES.get(claim.key, ("confirmed", "", ()))
    return Verdict(claim, outcome, reason, actual or (("true",) if claim.kind == "guard" else ()), ("demo",))


def lines_of(path: str) -> list[str] | None:
    return SOURCES[path].splitlines() if path in SOURCES else None


UNPREDICTED = Verdict(
    Claim("call", "vita", "demo", f"{DEMO} -> vita.hooks:{HOSTILE}", ("-", "may"), (ASK,)), "unpredicted", HOSTILE
)
TRACED = TracedTarget(
    TARGET, PROGRAM, CLAIMS, (*map(verdict_of, CLAIMS), UNPREDICTED), RUNS, lines_of,
    Summary((), Ratio(8, 9), Ratio(0, 0), Ratio(8, 9), Ratio(0, 0)),
)  # fmt: skip
