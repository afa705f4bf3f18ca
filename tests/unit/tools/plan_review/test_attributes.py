"""What differs between two values, and what of it may be shown."""

from typing import Any

import pytest

from tools.plan_review.attributes import AttributeChange, attribute_changes
from tools.plan_review.plans import Action, Change
from tools.plan_review.sensitive import either, sealed


def changes(
    before: Any, after: Any, *, before_sensitive: Any = None, after_sensitive: Any = None, unknown: Any = None
) -> list[AttributeChange]:
    """Return the differences of a change in place, read as it is read from a plan."""
    marks = either(before_sensitive, after_sensitive)
    return attribute_changes(
        Change(
            action=Action.CHANGE, before=sealed(before, marks), after=sealed(after, marks), unknown=unknown
        )
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": {"b c": 1}}, {"a": {"b c": 2}}, [('a."b c"', "1", "2")]),
        ({"a": [{"b": 1}, {"b": 5}]}, {"a": [{"b": 2}, {"b": 5}]}, [("a[0].b", "1", "2")]),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, [("a", '"x"', ""), ("a", "", '"z"')]),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, []),
        (
            {"a": [{"n": "x"}, {"n": "y"}]},
            {"a": [{"n": "y"}, {"n": "z"}]},
            [("a", '{"n": "x"}', ""), ("a", "", '{"n": "z"}')],
        ),
        ({"a": None}, {"a": "x"}, [("a", "(none)", '"x"')]),
        ({"a": None}, {"a": []}, []),
        ({"a": False}, {"a": None}, [("a", "false", "(none)")]),
        ({"a": '{"b": 1, "c": 2}'}, {"a": '{"c":2,"b":3}'}, [("a.b", "1", "3")]),
        ({"a": '{"b": 1}'}, {"a": "{broken"}, [("a", '"{\\"b\\": 1}"', '"{broken"')]),
        (None, {"a": 1}, [("value", "(none)", '{"a": 1}')]),
    ],
)
def test_differences(before: Any, after: Any, expected: list[tuple[str, str, str]]) -> None:
    """Each difference has its path; lists that are sets, and JSON in strings, are compared by meaning."""
    assert [(each.path, each.before, each.after) for each in changes(before, after)] == expected


def test_the_mirror_of_tags_is_left_out() -> None:
    """A tag is reported once; a default tag, which only the mirror has, is shown from there."""
    found = changes(
        {"tags": {"a": "1"}, "tags_all": {"a": "1", "Owner": "x"}},
        {"tags": {"a": "2"}, "tags_all": {"a": "2", "Owner": "y"}},
    )
    assert [each.path for each in found] == ["tags.a", "tags_all.Owner"]


def test_unknown_values_are_said_to_be_unknown() -> None:
    """Whatever is known only after the apply is reported as such, at any depth, and where it is absent."""
    found = changes({"a": "x", "b": {"c": 1}}, {"b": {}}, unknown={"a": True, "b": {"c": True}, "d": True})
    assert [(each.path, each.unknown) for each in found] == [("a", True), ("b.c", True), ("d", True)]


@pytest.mark.parametrize(
    ("before", "after", "before_marks", "after_marks"),
    [
        ("hunter2", "hunter3", True, True),
        ({"p": "hunter2"}, {"p": "hunter3"}, {"p": True}, {}),
        ({"p": "hunter2"}, {"p": "hunter3"}, {}, {"p": True}),
        ({"p": "hunter2"}, {"p": "hunter3"}, True, False),
        ({"l": [{"p": "hunter2"}]}, {"l": []}, {"l": [{"p": True}]}, {}),
        ({"l": []}, {"l": [{"p": "hunter2", "q": 1}]}, {}, {"l": [{"p": True}]}),
        ({"m": None}, {"m": {"p": "hunter2"}}, {}, {"m": {"p": True}}),
        ({"m": {"p": "hunter2"}}, {"m": "hunter3"}, {"m": {"p": True}}, {"m": True}),
        ({"m": {"p": "hunter2"}}, {"m": None}, {"m": [True]}, {}),
    ],
)
def test_sensitive_values_are_never_shown(
    before: Any, after: Any, before_marks: Any, after_marks: Any
) -> None:
    """A sensitive value is shown as changed, on whichever side and at whatever depth it is marked."""
    found = changes(before, after, before_sensitive=before_marks, after_sensitive=after_marks)
    assert found
    assert "hunter" not in repr(found)
    assert "(sensitive)" in repr(found)


def test_a_sensitive_value_that_stays_is_no_change() -> None:
    """Marks alone are nothing to tell."""
    assert changes({"p": "x"}, {"p": "x"}, before_sensitive={"p": True}, after_sensitive={"p": True}) == []


def test_long_values_are_cut_where_they_part() -> None:
    """Of two long texts that share their beginning, the place where they part is shown."""
    (found,) = changes({"a": "x" * 5000 + "old"}, {"a": "x" * 5000 + "new"})
    assert len(found.before) < 200
    assert "old" in found.before
    assert "new" in found.after
    (found,) = changes({"a": None}, {"a": "y" * 5000})
    assert len(found.after) < 200
    assert "5,002 characters" in found.after


def test_nothing_that_a_terminal_or_markdown_obeys_gets_through() -> None:
    """Escape sequences, line breaks and characters that turn a line around are spelled out."""
    (found,) = changes({"a": "x"}, {"a": "\x1b[2J\n```\n\u202e\x9b"})
    assert found.after.isprintable()
    assert "\\u202e" in found.after
    (found,) = changes({}, {"```\n# x": 1})
    assert found.path.isprintable()
    assert found.path.startswith('"')
