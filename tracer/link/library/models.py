"""The table of library models: what each stands in for, and why the walk cannot find it out from source.

Keys of ``FUNCTIONS`` are symbols of functions that have source but are not worth walking (network, caches, C++
storage); keys of ``EXTERNALS`` are dotted names of functions in libraries that are not walked; keys of ``CLASSES`` are
classes whose construction is generated code or C.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tracer.link.frames import Arguments, Frame
from tracer.link.heap import CONTENT, Content
from tracer.link.library import (
    arguments_models,
    dataclass_models,
    dispatch_models,
    file_models,
    pattern_models,
    reduction_models,
    task_models,
    tuple_models,
)
from tracer.link.values import (
    NONE,
    NOTHING,
    STR,
    Bound,
    Builtin,
    ClassRef,
    Const,
    Function,
    InstanceDict,
    MethodWrapper,
    Obj,
    PartialValue,
    PropertyValue,
    TupleValue,
    Typed,
    Value,
    Values,
    constant,
    join,
    known_text,
    ordered,
    single,
    tuple_values,
    unknown,
)
from tracer.model.names import module_of

if TYPE_CHECKING:
    from tracer.link.machine import Machine
    from tracer.model.names import Span, SymbolId

Model = Callable[["Machine", Arguments, Frame, "Span"], Values]

ENUMS = {"enum:Enum", "enum:IntEnum", "enum:StrEnum", "enum:Flag", "enum:IntFlag"}
PLAIN_CLASSES = frozenset({
    "abc:ABC", "typing:Generic", "typing:Protocol", "builtins:object", "builtins:dict", "collections:OrderedDict",
    *ENUMS, "enum:ReprEnum", "builtins:str", "builtins:int", "collections:UserDict",
})  # fmt: skip
MODULE_ALIASES = {"os.path": "posixpath"}
"""``os.path`` is ``ntpath`` or ``posixpath`` by platform; paths in results are POSIX."""
CLOSED_CLASSES = frozenset({"types:SimpleNamespace", "argparse:Namespace"})
"""Classes whose instances have just the attributes that were stored on them."""
CONSTANTS: dict[str, Value] = {
    "dataclasses.MISSING": Const("MISSING", "dataclasses.MISSING"),
    "typing.TYPE_CHECKING": Const("bool", False),
}


# --- torch: attribute storage of modules is split over dicts that C++ also reads ------------------------------------


def _module_setattr(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``Module.__setattr__``: an attribute, and an entry of ``_modules`` for a submodule."""
    from tracer.link.attributes import plain_store
    from tracer.link.comparisons import ask_instance

    owners, names, values = arguments.positional[:3]
    name = known_text(names)
    ask_instance(machine, values, frozenset({ClassRef("torch.nn.parameter:Parameter")}), frame, span)

    def store(owner: Value) -> Values:
        if not isinstance(owner, Obj):
            return NOTHING
        if name is None:
            machine.blur_attributes(owner, values)
            return NOTHING
        plain_store(machine, owner, name, values, frame, span)
        modules = machine.heap.get((owner.number, "_modules"))
        if not any(isinstance(value, Obj) and _is_module(machine, value) for value in values):
            return NOTHING
        for registry in modules if isinstance(modules, frozenset) else ():
            if isinstance(registry, Obj):
                content = machine.content(registry)
                machine.heap.set((registry.number, CONTENT), content.put(name, values))
        return NOTHING

    machine.for_each(owners, store, frame)
    return NONE


def _is_module(machine: Machine, value: Obj) -> bool:
    return "torch.nn.modules.module:Module" in machine.mro_of(value.cls)


def _named_modules(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``Module.named_modules``: a generator that calls itself for every submodule; its closure is computed here."""
    found: dict[Obj, None] = {}
    pending = [value for value in arguments.positional[0] if isinstance(value, Obj)] if arguments.positional else []
    while pending:
        module = pending.pop()
        if module in found:
            continue
        found[module] = None
        registries = machine.heap.get((module.number, "_modules"))
        for registry in registries if isinstance(registries, frozenset) else ():
            if isinstance(registry, Obj):
                values = machine.content(registry).everything()
                pending.extend(value for value in values if isinstance(value, Obj) and _is_module(machine, value))
    pair = tuple_values((STR, frozenset(found)))
    return machine.container("list", ("named_modules", span), frame, Content((), pair))


def _data_loader(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``DataLoader(dataset, ...)``: what it will call when it is iterated over."""
    made = machine.allocate(cls.symbol, (frame.symbol, span), frame)
    for index, name in ((0, "dataset"), (7, "collate_fn")):
        machine.heap.store(made.number, name, arguments.at(index, name) or NONE)
    return frozenset({made})


def _iterate_loader(machine: Machine, loader: Obj, frame: Frame, span: Span) -> Values:
    """Worker processes and samplers lie between a loader and its data set; what it calls is the data set's protocol."""
    from tracer.link.attributes import find_special

    def take(dataset: Value) -> Values:
        items = NOTHING
        for name, given in (("__len__", ()), ("__getitem__", (frozenset({Typed("builtins:int")}),))):
            method = find_special(machine, dataset, name)
            if method:
                items = machine.call(method, Arguments(list(given)), frame, span, "for")
        return items

    cell = machine.heap.get((loader.number, "dataset"))
    items = machine.for_each(cell, take, frame) if isinstance(cell, frozenset) else NOTHING
    batch = machine.container("list", ("batch", span), frame, Content((), items))
    collate = machine.heap.get((loader.number, "collate_fn"))
    if not isinstance(collate, frozenset) or collate == NONE:
        return unknown("a batch made by the default collation")
    return machine.call(collate - NONE, Arguments([batch]), frame, span, "for")


# --- functools, copy, contextlib -------------------------------------------------------------------------------------


def _wraps(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    wrapped = arguments.positional[0] if arguments.positional else NOTHING
    return frozenset({PartialValue(Builtin("functools.wraps.apply"), (wrapped,), ())})


def _apply_wraps(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return _update_wrapper(machine, Arguments(arguments.positional[::-1]), frame, span)


def _update_wrapper(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if len(arguments.positional) < 2:
        return NOTHING
    wrapper, wrapped = arguments.positional[:2]
    for value in ordered(wrapper):
        # A copy of a function is the same value here, and must not come to wrap itself.
        if isinstance(value, Function) and value in machine.functions and value not in wrapped:
            machine.functions[value].attributes["__wrapped__"] = wrapped
    return wrapper


def _keep_function(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """A decorator that may be used bare or with arguments and keeps the function's behaviour."""
    if arguments.positional and any(
        isinstance(v, Function | Bound | MethodWrapper | ClassRef) for v in arguments.positional[0]
    ):
        return arguments.positional[0]
    return frozenset({Builtin("keep")})


def _cache(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``functools.cache`` and ``lru_cache``, bare or with a size: C code that remembers by arguments."""
    given = arguments.positional[0] if arguments.positional else NOTHING
    for value in given:
        if isinstance(value, Function):
            machine.functions[value].is_cached = True
    is_bare = any(isinstance(value, Function | Bound | MethodWrapper | ClassRef) for value in given)
    return given if is_bare else frozenset({Builtin("functools.lru_cache.apply")})


def _partial(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if not arguments.positional:
        return unknown("functools.partial() without a function")
    rest, keywords = tuple(arguments.positional[1:]), tuple(arguments.keywords.items())
    return frozenset(PartialValue(value, rest, keywords) for value in arguments.positional[0])


def _partial_method(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    if not arguments.positional:
        return unknown("functools.partialmethod() without a function")
    rest, keywords = tuple_values(tuple(arguments.positional[1:])), tuple(arguments.keywords.items())
    return frozenset({
        PartialValue(Builtin("functools.partialmethod.call"), (arguments.positional[0], rest), keywords)
    })  # fmt: skip


def _call_partial_method(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """The receiver goes before the arguments that are there already."""
    function, given, *rest = arguments.positional
    before = single(given)
    positional = [*rest[:1], *(before.items if isinstance(before, TupleValue) else ()), *rest[1:]]
    return machine.call(
        function, Arguments(positional, arguments.keywords, arguments.rest, arguments.rest_keywords), frame, span
    )


def _checkpoint(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``checkpoint(function, *args)``: the function is called now, and once more by the backward pass."""
    if not arguments.positional:
        return unknown("a checkpoint of what the call does not show")
    keywords = {name: values for name, values in arguments.keywords.items() if name not in _CHECKPOINT_SETTINGS}
    given = Arguments(arguments.positional[1:], keywords, arguments.rest, arguments.rest_keywords)
    return machine.call(arguments.positional[0], given, frame, span)


_CHECKPOINT_SETTINGS = {
    "use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug", "early_stop",
}  # fmt: skip


def _apply_autograd(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``F.apply(*args)`` runs ``F.forward(ctx, *args)`` from C++."""
    context = frozenset({Typed("torch.autograd.function:FunctionCtx")})
    result = NOTHING
    for cls in ordered(arguments.positional[0] if arguments.positional else NOTHING):
        found = machine.find_in_class(cls.symbol, "forward") if isinstance(cls, ClassRef) else None
        has_setup = isinstance(cls, ClassRef) and any(
            machine.own_attribute(each, "setup_context")
            for each in machine.mro_of(cls.symbol)
            if _is_own(machine, each)
        )
        given = Arguments([*([] if has_setup else [context]), *arguments.positional[1:]], arguments.keywords)
        functions = frozenset(item.function if isinstance(item, MethodWrapper) else item for item in found or ())
        result = join(result, machine.call(functions, given, frame, span) if functions else NOTHING)
    return result or unknown("the result of an autograd function")


def _is_own(machine: Machine, symbol: SymbolId) -> bool:
    return machine.is_followed(module_of(symbol))


def _push(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``heappush(heap, item)``: which item is where is not kept."""
    for heap in arguments.positional[0] if len(arguments.positional) > 1 else ():
        if isinstance(heap, Obj):
            content = machine.content(heap)
            machine.heap.set((heap.number, CONTENT), Content((), join(content.everything(), arguments.positional[1])))
    return NONE


def _blur(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """What changes the order of a list in place."""
    for values in arguments.positional[:1]:
        for value in values:
            if isinstance(value, Obj):
                machine.heap.set((value.number, CONTENT), Content((), machine.content(value).everything()))
    return NONE


def _cached_property(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return frozenset({PropertyValue(single(arguments.positional[0]) if arguments.positional else None)})


def _copy(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """A copy carries attributes and contents without a store."""
    result = NOTHING
    for value in arguments.positional[0] if arguments.positional else ():
        if isinstance(value, Obj):
            twin = machine.allocate(value.cls, ("copy", value.number, frame.symbol, span), frame)
            for name in [*machine.heap.attributes_of(value.number), CONTENT]:
                cell = machine.heap.get((value.number, name))
                if cell is not None:
                    machine.heap.set((twin.number, name), cell)
            result = join(result, frozenset({twin}))
        elif isinstance(value, InstanceDict):
            from tracer.link.library.methods import _content

            result = join(result, machine.container("dict", ("copy", span), frame, _content(machine, value)))
        else:
            result = join(result, frozenset({value}))
    return result


def _contextmanager(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return frozenset(
        PartialValue(Builtin("contextlib.enter_generator"), (frozenset({value}),), ())
        for value in arguments.positional[0]
    )


def _enter_generator(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    function, rest = (
        arguments.positional[0],
        Arguments(arguments.positional[1:], arguments.keywords, arguments.rest, arguments.rest_keywords),
    )
    made = machine.allocate("contextlib:_GeneratorContextManager", (frame.symbol, span), frame)
    machine.heap.set((made.number, "gen"), machine.call(function, rest, frame, span))
    return frozenset({made})


def _suppress(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``contextlib.suppress(*exceptions)``: which ones is asked where its ``with`` is left."""
    made = machine.allocate(cls.symbol, (frame.symbol, span), frame)
    kinds = unknown("exceptions that are not shown") if arguments.rest else tuple_values(tuple(arguments.positional))
    machine.heap.store(made.number, "exceptions", kinds)
    return frozenset({made})


def _cast(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return arguments.positional[1] if len(arguments.positional) > 1 else unknown("typing.cast()")


def _first(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """What gives back its first argument, or iterates over it."""
    return arguments.positional[0] if arguments.positional else unknown("a decorated function")


def _find_spec(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Whether a module is installed is asked of the target's environment."""
    name = known_text(arguments.positional[0]) if arguments.positional else None
    if name is None:
        return unknown("a module specification")
    found = machine.modules.find(name) is not None
    return frozenset({machine.unique("importlib.machinery:ModuleSpec", name)}) if found else NONE


def _import_module(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.imports import module_value

    name = known_text(arguments.positional[0]) if arguments.positional else None
    if name is None:
        machine.unresolved(frame, span, "import_module", "an import of a name that is computed at run time")
        return unknown("an import of a computed name")
    package = known_text(arguments.at(1, "package") or NOTHING)
    if name.startswith("."):
        if package is None:
            return unknown("a relative import of a computed name")
        name = package + name
    return frozenset({module_value(machine, name)})


def _namespace(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``SimpleNamespace(**d)``: keywords become attributes, in C."""
    made = machine.allocate(cls.symbol, (frame.symbol, span), frame)
    for name, values in arguments.keywords.items():
        machine.note_write(frame, span, "keyword", name, cls.symbol, values, generic=False)
        machine.heap.store(made.number, name, values)
    if arguments.rest_keywords:
        machine.note_write(frame, span, "keyword", "*", cls.symbol, arguments.rest_keywords, generic=True)
        machine.blur_attributes(made, arguments.rest_keywords)
    return frozenset({made})


def _none(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Nothing is being traced by the just-in-time compiler."""
    return NONE


def _function_from_code(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``types.FunctionType(f.__code__, ...)``: another function object around the same body."""
    code_object = single(arguments.positional[0]) if arguments.positional else None
    if isinstance(code_object, Const) and isinstance(code_object.value, Function):
        return frozenset({code_object.value})
    return unknown("a function made from a code object")


def _exit(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    from tracer.link.frames import AbstractRaiseError

    raise AbstractRaiseError("builtins:SystemExit", "")


def _typed(cls: str) -> Callable[..., Values]:
    def model(machine: Machine, *rest: object) -> Values:
        return frozenset({Typed(cls)})

    return model


# --- enumerations: members are made by a metaclass -------------------------------------------------------------------


def is_enum(machine: Machine, symbol: SymbolId) -> bool:
    """Whether the class is an enumeration."""
    return bool(ENUMS & set(machine.mro_of(symbol)[1:]))


def finish_enum(machine: Machine, symbol: SymbolId) -> None:
    """Turn the constants of an enumeration's body into members."""
    state = machine.classes[symbol]
    for name, values in list(state.namespace.items()):
        value = single(values)
        if name.startswith("_") or not isinstance(value, Const | TupleValue):
            continue
        member = machine.unique(symbol, ("member", name))
        machine.heap.store(member.number, "value", values)
        machine.heap.store(member.number, "_value_", values)
        machine.heap.store(member.number, "name", constant(name))
        state.namespace[name] = frozenset({member})


def enum_members(machine: Machine, symbol: SymbolId) -> Values | None:
    """All members, None for a class that is no enumeration."""
    if not is_enum(machine, symbol):
        return None
    result = NOTHING
    for cls in machine.mro_of(symbol):
        state = machine.classes.get(cls)
        for values in state.namespace.values() if state is not None else ():
            result = join(result, frozenset(v for v in values if isinstance(v, Obj) and v.cls == cls))
    return result or unknown("members of an enumeration")


def enum_member(machine: Machine, symbol: SymbolId, name: str) -> Values | None:
    """``__members__`` and the like."""
    return unknown("the members of an enumeration") if name == "__members__" and is_enum(machine, symbol) else None


def construct_enum(machine: Machine, cls: ClassRef, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """``E(value)`` looks a member up."""
    wanted = arguments.positional[0] if arguments.positional else NOTHING
    members = enum_members(machine, cls.symbol) or NOTHING
    found = NOTHING
    for member in ordered(members):
        cell = machine.heap.get((member.number, "value")) if isinstance(member, Obj) else None
        if isinstance(cell, frozenset) and {getattr(v, "value", v) for v in cell} & {
            getattr(v, "value", v) for v in wanted
        }:
            found = join(found, frozenset({member}))
    return found or members or unknown("a member of an enumeration")


# --- transformers: files and networks --------------------------------------------------------------------------------


def _fetched_code(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Code that is downloaded with a checkpoint is not there to be read."""
    return unknown("a class from code that is fetched at run time")


def _loaded_weights(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Weights go from files into parameters in C++; which keys there are is a matter of the checkpoint."""
    what = unknown("what loading the weights reports")
    return tuple_values((what, what))


def _weight_table(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """Renames of weights are regular expressions over the checkpoint's keys."""
    return unknown("a table of weight renames")


def _debugging_aid(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """It replaces every ``forward`` of a model while somebody debugs it; no scenario does."""
    return NONE


def _lazy_structure(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    """The table of a lazy package is made by reading its files; what it exports is resolved from their headers."""
    return unknown("the table of a lazily filled package")


def _revision(machine: Machine, arguments: Arguments, frame: Frame, span: Span) -> Values:
    return arguments.at(1, "revision") or NONE


FUNCTIONS: dict[str, Model] = {
    "torch.nn.modules.module:Module.__setattr__": _module_setattr,
    "torch.nn.modules.module:Module.named_modules": _named_modules,
    "transformers.modeling_utils:PreTrainedModel._load_pretrained_model": _loaded_weights,
    "transformers.modeling_utils:PreTrainedModel._load_and_finalize_distributed_pretrained_model": _loaded_weights,
    "transformers.conversion_mapping:get_model_conversion_mapping": _weight_table,
    "transformers.conversion_mapping:_build_checkpoint_conversion_mapping": _weight_table,
    "transformers.utils.auto_docstring:auto_method_docstring": _keep_function,
    "transformers.utils.auto_docstring:auto_class_docstring": _keep_function,
    "transformers.utils.doc:add_start_docstrings": _keep_function,
    "transformers.models.auto.configuration_auto:replace_list_option_in_docstrings": _keep_function,
    "huggingface_hub.dataclasses:_create_type_validator": _keep_function,
    "transformers.utils.hub:cached_file": file_models.cached_file,
    "transformers.utils.hub:resolve_revision": _revision,
    "transformers.utils.import_utils:define_import_structure": _lazy_structure,
    "transformers.model_debugging_utils:model_addition_debugger_context": _debugging_aid,
    "transformers.dynamic_module_utils:get_class_from_dynamic_module": _fetched_code,
    "transformers.hf_argparser:HfArgumentParser._parse_dataclass_field": arguments_models.parse_dataclass_field,
}

EXTERNALS: dict[str, Model] = {
    "functools.wraps": _wraps,
    "functools.wraps.apply": _apply_wraps,
    "functools.update_wrapper": _update_wrapper,
    "re.findall": pattern_models.find_all,
    "functools.lru_cache": _cache,
    "functools.cache": _cache,
    "functools.lru_cache.apply": _cache,
    "functools.reduce": reduction_models.reduce_items,
    "_functools.reduce": reduction_models.reduce_items,
    "functools.partialmethod.call": _call_partial_method,
    "torch.utils.checkpoint.checkpoint": _checkpoint,
    "torch.autograd.function.Function.apply": _apply_autograd,
    "torch.autograd.function._SingleLevelFunction.apply": _apply_autograd,
    "heapq.heappush": _push,
    "random.shuffle": _blur,
    "functools.singledispatch": dispatch_models.make_dispatcher,
    "keep": _first,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "contextlib.contextmanager": _contextmanager,
    "contextlib.asynccontextmanager": _contextmanager,
    "contextlib.enter_generator": _enter_generator,
    "itertools.cycle": _first,
    "itertools.islice": _first,
    "typing.cast": _cast,
    "abc.abstractmethod": _first,
    "typing.overload": _first,
    "importlib.util.find_spec": _find_spec,
    "importlib.import_module": _import_module,
    "sys.exit": _exit,
    "torch._C._get_tracing_state": _none,
    "os.path.join": file_models.join_path,
    "os.path.isdir": file_models.is_folder,
    "os.path.isfile": file_models.is_file,
    "os.path.exists": file_models.exists,
    "posixpath.join": file_models.join_path,
    "genericpath.isdir": file_models.is_folder,
    "genericpath.isfile": file_models.is_file,
    "genericpath.exists": file_models.exists,
    "io.open": file_models.open_file,
    "json.load": file_models.load_json,
    "json.loads": file_models.parse_json,
    "collections.namedtuple": tuple_models.named_tuple,
    "typing.NamedTuple": tuple_models.named_tuple,
    "typing.TypedDict": tuple_models.typed_dict,
    "dataclasses.dataclass": dataclass_models.dataclass,
    "dataclasses.field": dataclass_models.field,
    "dataclasses.fields": dataclass_models.fields,
    "dataclasses.is_dataclass": dataclass_models.is_dataclass,
    "asyncio.runners.run": task_models.run,
    "asyncio.runners.Runner.run": task_models.run_in,
    "asyncio.base_events.BaseEventLoop.run_until_complete": task_models.run_in,
    "asyncio.base_events.BaseEventLoop.create_task": task_models.begin_in,
    "asyncio.taskgroups.TaskGroup.create_task": task_models.begin_in,
    "asyncio.tasks.create_task": task_models.begin,
    "asyncio.tasks.ensure_future": task_models.begin,
    "asyncio.tasks.gather": task_models.gather,
    "asyncio.tasks.wait_for": task_models.wait_for,
    "asyncio.events.new_event_loop": task_models.loop_of,
    "asyncio.events.get_event_loop": task_models.loop_of,
    "asyncio.events.get_running_loop": task_models.loop_of,
    "argparse._ActionsContainer.add_argument": arguments_models.add_argument,
    "argparse._ActionsContainer.add_argument_group": arguments_models.add_group,
    "argparse._ActionsContainer.add_mutually_exclusive_group": arguments_models.add_group,
    "argparse._ActionsContainer.set_defaults": arguments_models.set_defaults,
    "argparse._SubParsersAction.add_parser": arguments_models.add_command,
    "argparse.ArgumentParser.__init__": arguments_models.make_parser,
    "argparse.ArgumentParser.add_subparsers": arguments_models.add_subparsers,
    "argparse.ArgumentParser.error": arguments_models.end_program,
    "argparse.ArgumentParser.exit": arguments_models.end_program,
    "argparse.ArgumentParser.parse_args": arguments_models.parse_args,
    "argparse.ArgumentParser.parse_known_args": arguments_models.parse_known_args,
}

CLASSES: dict[str, Callable[..., Values]] = {
    "functools:partial": _partial,
    "functools:cached_property": _cached_property,
    "functools:partialmethod": _partial_method,
    "contextlib:suppress": _suppress,
    "types:SimpleNamespace": _namespace,
    "types:FunctionType": _function_from_code,
    "torch.nn.parameter:Parameter": _typed("torch.nn.parameter:Parameter"),
    "torch.nn.parameter:Buffer": _typed("torch:Tensor"),
    "torch:device": _typed("torch:device"),
    "torch.utils.data.dataloader:DataLoader": _data_loader,
    "pathlib:Path": _typed("pathlib:Path"),
}

ITERATIONS: dict[str, Callable[[Machine, Obj, Frame, Span], Values]] = {
    "torch.utils.data.dataloader:DataLoader": _iterate_loader,
}
