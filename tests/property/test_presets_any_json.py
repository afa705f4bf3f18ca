"""Whatever an operator writes into a parameter, it is read or refused in words."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.encoding.presets import PresetName, parse_presets
from media_pipeline.encoding.profiles import parse_profiles
from tests.support.strategies import PRESETS_FOLDER, json_values

DOCUMENTS = {name.value: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName}


@st.composite
def changed_documents(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a shipped preset in which some fields hold anything."""
    name = draw(st.sampled_from(PresetName)).value
    document: dict[str, Any] = json.loads(DOCUMENTS[name])
    for field in draw(st.lists(st.sampled_from(sorted(document)), min_size=1, max_size=3)):
        document[field] = draw(json_values)
    return name, json.dumps(document)


def faults_of(read: Callable[[], object]) -> tuple[str, ...]:
    """Return the faults that reading finds, none where all is well; other errors are not caught."""
    try:
        read()
    except PresetsInvalidError as invalid:
        return invalid.faults
    return ()


@given(changed=changed_documents())
def test_any_field_is_read_or_named(changed: tuple[str, str]) -> None:
    """A preset with anything in its fields is valid, or each fault names the preset."""
    name, text = changed
    faults = faults_of(lambda: parse_presets({**DOCUMENTS, name: text}))
    assert all(fault.startswith(f"{name} ") for fault in faults)


@given(text=st.one_of(st.text(max_size=50), json_values.map(json.dumps)))
def test_any_document_is_read_or_refused(text: str) -> None:
    """Anything at all in the place of a preset or of the profiles is refused with the document's name."""
    faults = faults_of(lambda: parse_presets({**DOCUMENTS, "mp4": text}))
    assert all(fault.startswith("mp4 ") for fault in faults)
    faults = faults_of(lambda: parse_profiles(text))
    assert all(fault.startswith(("profiles ", "prefixes ")) for fault in faults)


@given(
    profiles=st.dictionaries(st.text(max_size=8), json_values, max_size=4),
    prefixes=st.dictionaries(st.text(max_size=8), json_values, max_size=4),
)
def test_any_profiles_are_read_or_refused(profiles: dict[str, Any], prefixes: dict[str, Any]) -> None:
    """Profiles of any shape are refused with words about the profile, however they are nested."""
    text = json.dumps({"profiles": {"default": ["mp4"], "audio": ["m4a"], **profiles}, "prefixes": prefixes})
    faults = faults_of(lambda: parse_profiles(text))
    assert all(fault.startswith(("profiles ", "prefixes ")) for fault in faults)
