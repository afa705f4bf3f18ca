"""Presets in SSM: read again in time, never by half, and with every fault of all documents at once."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from botocore.paginate import Paginator

from media_pipeline.adapters.preset_store import SsmPresetStore
from media_pipeline.domain.errors import OperatorError, PresetsInvalidError, ThrottledError
from media_pipeline.encoding.presets import PresetName
from media_pipeline.encoding.profiles import PresetDocuments
from tests.support.strategies import PRESETS_FOLDER

PATH, PROFILES = "/p/presets", "/p/profiles"


def shipped() -> dict[str, str]:
    """Return the text of each shipped preset."""
    return {name.value: (PRESETS_FOLDER / f"{name}.json").read_text() for name in PresetName}


class Parameters:
    """Be SSM with the shipped parameters, one a page; `refusal` is what it answers instead, if anything."""

    def __init__(self) -> None:
        self.values = {f"{PATH}/{name}": text for name, text in shipped().items()}
        self.values[PROFILES] = (PRESETS_FOLDER / "profiles.json").read_text()
        self.refusal = ""
        self.reads = 0

    def get_parameters_by_path(self, *, Path: str, NextToken: str = "0") -> dict[str, Any]:
        """Return a page of the parameters below a path."""
        self._refuse()
        self.reads += NextToken == "0"
        names = sorted(name for name in self.values if name.startswith(f"{Path}/"))
        number = int(NextToken)
        page = [{"Name": name, "Value": self.values[name]} for name in names[number : number + 1]]
        more = {"NextToken": str(number + 1)} if number + 1 < len(names) else {}
        return {"Parameters": page, **more}

    def get_paginator(self, operation: str) -> Any:
        """Return botocore's own paginator over the pages."""
        tokens = {"input_token": "NextToken", "output_token": "NextToken", "result_key": "Parameters"}
        return Paginator(getattr(self, operation), tokens, cast(Any, None))

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        """Return a parameter."""
        self._refuse()
        if Name not in self.values:
            raise _refusal("ParameterNotFound")
        return {"Parameter": {"Value": self.values[Name]}}

    def _refuse(self) -> None:
        if self.refusal:
            raise _refusal(self.refusal)


def _refusal(code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, "GetParameter")


class Reading:
    """Hold SSM, a function that reads it, and the time."""

    def __init__(self) -> None:
        self.ssm = Parameters()
        self.now = 100.0
        self.store = SsmPresetStore(
            self.ssm, presets_path=f"{PATH}/", profiles_parameter=PROFILES, monotonic=lambda: self.now
        )

    def faults(self) -> tuple[str, ...]:
        """Return the faults that loading is refused for; none where it isn't."""
        try:
            self.store.load()
        except PresetsInvalidError as invalid:
            return invalid.faults
        return ()


@pytest.fixture
def reading() -> Reading:
    """Return a store of good presets."""
    return Reading()


def test_good_presets_are_read_once_a_minute(reading: Reading) -> None:
    """A warm function asks again only when a minute has passed."""
    first = reading.store.load()
    reading.now += 59
    assert reading.store.load() is first
    reading.now += 1
    assert (reading.store.load(), reading.ssm.reads) == (first, 2)


def test_a_change_for_the_worse_is_in_force_as_a_whole(reading: Reading) -> None:
    """Within a minute nothing is loaded any more: the last good presets do not stand in for the bad ones."""
    reading.store.load()
    reading.ssm.values[f"{PATH}/mp4"] = "{"
    reading.now += 60
    assert len(reading.faults()) == 1
    assert reading.faults()[0].startswith("mp4 is not JSON")


def test_mended_presets_are_found_soon(reading: Reading) -> None:
    """Bad ones are read again after seconds, not at each upload of a backlog, and then all is well."""
    fixed = reading.ssm.values.pop(f"{PATH}/mp4")
    for _ in range(10):
        assert reading.faults() == ("mp4 is missing",)
    assert reading.ssm.reads == 1
    reading.ssm.values[f"{PATH}/mp4"] = fixed
    reading.now += 15
    assert reading.faults() == ()
    assert reading.ssm.reads == 2


def test_every_fault_of_all_documents_is_named(reading: Reading) -> None:
    """A missing parameter is reported together with all other errors."""
    preset = json.loads(reading.ssm.values[f"{PATH}/mp4"])
    reading.ssm.values[f"{PATH}/mp4"] = json.dumps({**preset, "gop_seconds": 0, "max_renditions": 99})
    del reading.ssm.values[f"{PATH}/thumbnails"]
    del reading.ssm.values[PROFILES]
    assert set(reading.faults()) == {
        "mp4 gop_seconds is 0: must be a whole number from 1 to 10",
        "mp4 max_renditions is 99: must be a whole number from 1 to 10",
        "thumbnails is missing",
        "profiles is missing",
    }


@pytest.mark.parametrize(
    ("code", "expected"), [("AccessDeniedException", OperatorError), ("ThrottlingException", ThrottledError)]
)
def test_what_could_not_be_read_is_no_fault_of_the_presets(
    reading: Reading, code: str, expected: type[Exception]
) -> None:
    """Permissions and throttling stay what they are, and the next upload asks again."""
    reading.ssm.refusal = code
    with pytest.raises(expected) as raised:
        reading.store.load()
    assert raised.type is expected
    reading.ssm.refusal = ""
    assert reading.faults() == ()


def test_documents_without_faults_have_none() -> None:
    """The shipped documents are good, and an empty folder lacks every one of them."""
    profiles = (PRESETS_FOLDER / "profiles.json").read_text()
    assert PresetDocuments(presets=shipped(), profiles=profiles).faults == ()
    lacking = PresetDocuments(presets={}, profiles=None).faults
    assert set(lacking) == {*(f"{name} is missing" for name in PresetName), "profiles is missing"}
