"""What uploads may be: suffixes, ignored names, and MediaConvert's inputs by container and codec."""

from collections.abc import Iterable

from checks.docs.regions import table
from sandbox.mediaconvert.probing.input_table import CONTAINERS
from stacks.settings import ENVIRONMENTS


def media_suffixes() -> str:
    """Return the suffixes that are processed."""
    return _codes(ENVIRONMENTS["prod"].media_suffixes)


def ignored_names() -> str:
    """Return the patterns of names that are ignored."""
    return _codes(ENVIRONMENTS["prod"].ignored_names)


def inputs_table() -> str:
    """Return the codecs of each container."""
    return table(
        "container | video | audio with video | audio alone",
        (
            (f"`{name}`", _listed(row.video), _listed(row.audio), _listed(row.audio_alone))
            for name, row in sorted(CONTAINERS.items())
        ),
    )


def _listed(codecs: frozenset[str]) -> str:
    return ", ".join(sorted(codecs)) or "-"


def _codes(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)
