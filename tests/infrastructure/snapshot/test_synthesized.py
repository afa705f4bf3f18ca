"""The synthesized JSON of every stack, for a reviewer; `make snapshot-update` accepts changes."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.types import SerializableData, SerializedData

from tests.infrastructure.snapshot.rendering import dumps, readable
from tests.infrastructure.stack import STACKS


class StackSnapshotExtension(SingleFileSnapshotExtension):
    """Keep one JSON file a stack."""

    _write_mode = WriteMode.TEXT
    file_extension = "json"

    def serialize(self, data: SerializableData, **_: Any) -> SerializedData:
        """Return the stack's readable JSON."""
        return dumps(data) + "\n"


@pytest.mark.parametrize("name", STACKS)
def test_stack(name: str, synthesized: Mapping[str, Mapping[str, Any]], snapshot: SnapshotAssertion) -> None:
    """What Terraform is given changes only together with the reviewed snapshot."""
    assert readable(synthesized[name]) == snapshot.use_extension(StackSnapshotExtension)


def test_embedded_json_is_decoded() -> None:
    """Policies and patterns within strings are shown as JSON; hashes and CDKTF's metadata are not shown."""
    document = {
        "//": {"metadata": {}},
        "policy": '{"Statement": [{"Action": "s3:*"}]}',
        "template": "{not json",
        "filename": "assets/Code_1A/0123456789ABCDEF0123456789ABCDEF/lambda.zip",
        "source_code_hash": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    }
    assert readable(document) == {
        "policy": {"Statement": [{"Action": "s3:*"}]},
        "template": "{not json",
        "filename": "assets/Code_1A/<hash>/lambda.zip",
        "source_code_hash": "<sha256>",
    }


def test_rendering_loses_nothing() -> None:
    """The compact layout is the same JSON: sorted, short things on one line, long ones broken."""
    value = {"b": list(range(60)), "a": {"x": "y" * 120, "w": []}, "c": "ü"}
    text = dumps(value)
    assert json.loads(text) == value
    assert text.splitlines()[1] == '  "a": {'
    assert text.index('"a"') < text.index('"b"') < text.index('"c": "ü"')
