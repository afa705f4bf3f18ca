"""Everything that delivery adds to a pipeline, in the order in which one part needs another."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs_lib.bindings import Construct
from constructs_lib.function import Function
from stacks.delivery.playback import Playback, add_playback
from stacks.functions import PipelineResources


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Hold what delivery added, for outputs, people's policies and monitoring."""

    playback: Playback


def add_delivery(
    scope: Construct, pipeline: PipelineResources, functions: Mapping[str, Function]
) -> Delivery:
    """Add the distribution, and what stands behind and beside it."""
    return Delivery(playback=add_playback(scope, pipeline, api_domain=None))
