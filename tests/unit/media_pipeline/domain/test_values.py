"""The package's own decorator of frozen values makes what the standard library's makes."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any

import pytest

from media_pipeline.domain import values


@values.dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Hold something; a note is not compared, a secret is not shown."""

    width: int
    note: str = field(default="", compare=False)
    secret: str = field(default="s", repr=False)
    parts: list[int] = field(default_factory=list)

    @property
    def double(self) -> int:
        """Return twice the width."""
        return 2 * self.width


@values.dataclass(frozen=True, slots=True, kw_only=True)
class Crate(Box):
    """Hold more than a box."""

    height: int


def pair(**attributes: Any) -> list[type[Any]]:
    """Return the same class, declared by both decorators."""

    def body() -> type[Any]:
        return type("Value", (), {"__annotations__": {"a": int, "b": tuple}, **attributes})

    return [
        module.dataclass(frozen=True, slots=True, kw_only=True)(body()) for module in (values, dataclasses)
    ]


def outcome(call: Callable[[], object]) -> object:
    """Return what a call returns, or the type of its error."""
    try:
        return call()
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(
    "use",
    [
        lambda cls: repr(cls(a=1, b=(2,))),
        lambda cls: cls(a=1, b=(2,)) == cls(a=1, b=(2,)),
        lambda cls: cls(a=1, b=(2,)) == cls(a=2, b=(2,)),
        lambda cls: cls(a=1, b=()) == (1, ()),
        lambda cls: hash(cls(a=1, b=(2,))),
        lambda cls: hash(cls(a=1, b=[2])),
        lambda cls: len({cls(a=1, b=(2,)), cls(a=1, b=(2,)), cls(a=2, b=(2,))}),
        lambda cls: cls(a=1),
        lambda cls: cls(1, (2,)),
        lambda cls: cls(a=1, b=(2,), c=3),
        lambda cls: setattr(cls(a=1, b=()), "a", 2),
        lambda cls: delattr(cls(a=1, b=()), "a"),
        lambda cls: [each.name for each in fields(cls)],
        lambda cls: asdict(cls(a=1, b=(2,))),
        lambda cls: replace(cls(a=1, b=(2,)), a=5).a,
        lambda cls: replace(cls(a=1, b=(2,)), c=5),
        lambda cls: copy.deepcopy(cls(a=1, b=(2,))).b,
        lambda cls: cls.__match_args__,
    ],
)
def test_a_value_is_as_the_standard_library_makes_it(use: Callable[[type[Any]], object]) -> None:
    """Making, comparing, showing, copying and changing it give what they give with the standard decorator."""
    mine, theirs = pair()
    assert outcome(lambda: use(mine)) == outcome(lambda: use(theirs))


def test_methods_of_its_own_are_kept() -> None:
    """A class that says how it is shown, or compared, is shown and compared so."""
    mine, theirs = pair(__repr__=lambda self: "shown", __hash__=lambda self: 7)
    assert repr(mine(a=1, b=())) == repr(theirs(a=1, b=())) == "shown"
    assert hash(mine(a=1, b=())) == hash(theirs(a=1, b=())) == 7


@pytest.mark.parametrize(
    ("positional", "named"), [((1,), {}), ((), {"a": 1}), ((), {"a": 1, "b": (), "c": 3})]
)
def test_an_error_names_its_class(positional: tuple[Any, ...], named: dict[str, Any]) -> None:
    """What is given without its name, left out, or of no field is an error that names the class."""
    for cls in pair():
        with pytest.raises(TypeError, match="Value"):
            cls(*positional, **named)


def test_a_comparison_of_its_own_leaves_the_hash_as_it_is() -> None:
    """A class that says what is equal is hashed by its fields all the same."""
    mine, theirs = pair(__eq__=lambda self, other: True)
    assert mine(a=1, b=()) == mine(a=2, b=())
    assert hash(mine(a=1, b=(2,))) == hash(theirs(a=1, b=(2,))) != hash(mine(a=3, b=(2,)))


def test_a_value_is_matched_by_the_names_of_its_fields() -> None:
    """A pattern that names fields finds their values."""
    match Crate(width=1, height=2):
        case Box(width=1, parts=[]) as box:
            assert box.double == 2
        case other:
            pytest.fail(f"{other} is no box of width 1")


@pytest.mark.parametrize(
    "attributes",
    [
        {"__post_init__": lambda self: None},
        {"a": field(default=1, init=False)},
        {"a": field(hash=False)},
        {"b": []},
    ],
)
def test_what_would_be_ignored_is_refused(attributes: dict[str, Any]) -> None:
    """A class can't be declared with what the shared methods don't do, nor with one list for all values."""
    cls = type("Value", (), {"__annotations__": {"a": int, "b": list}, **attributes})
    with pytest.raises((TypeError, ValueError)):
        values.dataclass(frozen=True, slots=True, kw_only=True)(cls)


def test_a_value_inherits_from_values_alone() -> None:
    """Both decorators' classes can't be mixed, for neither would find all fields frozen."""
    mine, theirs = pair()
    for base, module in ((mine, dataclasses), (theirs, values)):
        with pytest.raises(TypeError, match="inherit"):
            module.dataclass(frozen=True, slots=True, kw_only=True)(type("More", (base,), {}))


def test_defaults_and_fields_that_are_left_out() -> None:
    """Defaults are filled in, a factory's anew for each value; `compare` and `repr` of a field are heeded."""
    first, second = Box(width=1, note="a"), Box(width=1, note="b")
    assert first == second
    assert first.parts == []
    assert first.parts is not second.parts
    assert repr(first) == "Box(width=1, note='a', parts=[])"
    assert first.double == 2


def test_a_value_may_have_all_fields_of_another() -> None:
    """Fields are inherited, and values of two classes are never equal."""
    crate = Crate(width=1, height=2)
    assert [each.name for each in fields(crate)] == ["width", "note", "secret", "parts", "height"]
    assert crate != Box(width=1)
    with pytest.raises(FrozenInstanceError):
        crate.width = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        crate.depth = 2  # type: ignore[attr-defined]
    assert copy.copy(crate) == pickle.loads(pickle.dumps(crate)) == crate


def test_others_are_left_to_the_standard_library() -> None:
    """A class that is not frozen can be changed."""

    @values.dataclass(slots=True, kw_only=True)
    class Counter:
        count: int = 0

    counter = Counter()
    counter.count += 1
    assert counter == Counter(count=1)
