"""How a target is fuzzed: so many inputs each, counted, and mutated from valid ones where there are any."""

import json
import os
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.strategies import json_values

INPUTS_VARIABLE = "FUZZ_INPUTS"
# Of each target, in `make test`; `make fuzz` sets more.
DEFAULT_INPUTS = 20
INPUTS: Counter[str] = Counter()

Test = TypeVar("Test", bound=Callable[..., None])


def fuzzed(
    *, share: float = 1.0, **strategies: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on as many inputs as FUZZ_INPUTS says, or on a share of them, and count them."""
    inputs = int(os.environ.get(INPUTS_VARIABLE, DEFAULT_INPUTS))

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @settings(
            max_examples=max(1, round(inputs * share)),
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )
        @given(**strategies)
        @wraps(test)
        def counted(**given_: Any) -> None:
            test(**given_)
            INPUTS[test.__name__] += 1

        return counted

    return decorate


@st.composite
def mutated(draw: st.DrawFn, *valid: bytes) -> bytes:
    """Draw bytes: random ones, or valid ones with a few pieces replaced, doubled, cut out or cut off."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    body = draw(st.sampled_from(valid))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        middle = draw(
            st.one_of(
                st.just(b""),
                st.binary(max_size=8),
                st.sampled_from(
                    [b"\xff" * 8, bytes(8), b"\x7f\xff\xff\xff", b"9" * 30, b"-1", b"1e999", b"nan"]
                ),
                st.sampled_from(
                    [b"\xed\xa0\x80", b"\n", b"\r", b'"', b"<", b"&x;", b"..//..", b"%2e%2e/", b"--> "]
                ),
                st.just(body[start:end] * 2),
            )
        )
        body = body[:start] + middle + body[end:]
    return body


@st.composite
def mutated_text(draw: st.DrawFn, *valid: str) -> str:
    """Draw text the same way, or any text at all, with surrogates and control characters."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.text(st.characters(), max_size=100))
    return draw(mutated(*(text.encode() for text in valid))).decode(errors="replace")


HOSTILE_KEYS = (
    "../../../../etc/passwd.mp4", "..", ".", "/", "//", "/absolute.mp4", "a/../../b.mp4", "a/./b.mp4",
    "a\\..\\..\\b.mp4", "%2e%2e%2f%2e%2e%2fb.mp4", "a\x00b.mp4", "a\nb.mp4", "a\r\nX-Amz-Meta-Profile: x.mp4",
    "\x1b[31mred.mp4", "\x7f.mp4", "'\"`$(reboot)`.mp4", "a;rm -rf ~|b.mp4", "<script>alert(1)</script>.mp4",
    "{{7*7}}${x}%s%n{0}.mp4", "a?versionId=1&b=c#d.mp4", "s3://outputs/x.mp4", "https://127.0.0.1/x.mp4",
    "file:///etc/passwd.mp4", "concat:a|b.mp4", "e\u0301\u202egnp.mp4", "\ufeffa.mp4", "\uffff.mp4",
    "\U0001f3ac" * 255 + ".mp4", "a" * 1020 + ".mp4", "a." + "e" * 8 + ".srt", "../x.en.vtt",
    "a.en.srt", ".srt",
    "~.mp4", "-i.mp4", "CON.mp4", " .mp4", "a .mp4 ",
)  # fmt: skip

keys: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(HOSTILE_KEYS),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=120).map(lambda text: f"{text}.mp4"),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(lambda text: f"{text}.en.vtt"),
    st.lists(st.sampled_from(["..", ".", "", "a", "%2e%2e", "\\"]), min_size=1, max_size=6).map(
        lambda parts: "/".join(parts) + "/x.mp4"
    ),
)

scalars: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 2**53, 2**63, 10**400, 1e308, float("nan"), float("inf"), "", "\ud800"]
    ),
    st.sampled_from(["x" * 70_000, "0" * 32, "../..", "1" * 9, "\u0661", [[[[[]]]]], {"a": {"b": {}}}]),
    st.text(st.characters(), max_size=12),
)


@st.composite
def forged(draw: st.DrawFn, event: dict[str, Any]) -> str:
    """Draw an event of which up to four fields, at any depth, also within lists, are missing or anything."""
    copy = json.loads(json.dumps(event))
    for _ in range(draw(st.integers(0, 4))):
        place: Any = copy
        while True:
            names = sorted(place) if isinstance(place, dict) else list(range(len(place)))
            if not names:
                break
            name = draw(st.sampled_from(names))
            inner = place[name]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
                place = inner
                continue
            if isinstance(place, dict) and draw(st.integers(0, 3)) == 0:
                del place[name]
            else:
                place[name] = json.loads(json.dumps(draw(scalars | json_values)))
            break
    return json.dumps(copy)
