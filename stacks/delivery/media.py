"""How the outputs bucket is answered from: signed requests for all of it, and what is public to everybody.

Public outputs lie in a folder of their own. Its behaviors come first, and the function at the edge of each
kind refuses the other's paths: a request that reached the wrong behavior, however it is spelt, gets nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from constructs_lib.bindings import Construct
from constructs_lib.delivery.caching import CachePolicy
from constructs_lib.delivery.distribution import READ_ACROSS_ORIGINS, Behavior
from constructs_lib.delivery.edge_function import EdgeFunction
from constructs_lib.delivery.response_headers import ResponseHeaders
from constructs_lib.delivery.signing_key import KeyGroup, SigningKey
from media_pipeline.domain.delivery.folders import PUBLIC_FOLDER
from media_pipeline.domain.delivery.playback import MEDIA_PATH
from stacks.functions import PipelineResources

MEDIA = "media"
# Files whose content changes under their name: captions that come late are named in manifests.
MANIFESTS = ("m3u8", "mpd", "vtt")
SECONDS_PER_DAY = 86_400
# What is cached of a signed file opens for nobody without a signature. A copy of a public one outlives the
# file, where an attempt that is no longer needed was removed: for no longer than this.
PUBLIC_SECONDS = SECONDS_PER_DAY

_CODE = Path(__file__).parent


def media_behaviors(
    scope: Construct, pipeline: PipelineResources, *, keys: Sequence[SigningKey]
) -> list[Behavior]:
    """Add what the behaviors of media need, and return them in the order in which they are tried."""
    settings, playback = pipeline.settings, pipeline.settings.playback
    headers = ResponseHeaders(
        scope,
        "MediaHeaders",
        name=settings.name("media"),
        comment="Manifests, segments and files of videos",
        content_security_policy="default-src 'none'; frame-ancestors 'none'",
        headers={"Cross-Origin-Resource-Policy": "cross-origin"},
        cors_origins=settings.browser_origins,
    )
    function = EdgeFunction(
        scope,
        "MediaRequest",
        name=settings.name("media-request"),
        comment="From the path of a file to its key in the outputs bucket",
        code=(_CODE / "media_request.js").read_text("utf-8"),
    )
    public_function = EdgeFunction(
        scope,
        "PublicMediaRequest",
        name=settings.name("public-media-request"),
        comment="From the path of a public file to its key in the outputs bucket",
        code=(_CODE / "public_media_request.js").read_text("utf-8"),
    )
    group = KeyGroup(scope, "Signers", name=settings.name("signers"), keys=keys)
    briefly = CachePolicy(
        scope,
        "ManifestCache",
        name=settings.name("manifests"),
        comment="Manifests and captions",
        seconds=playback.manifest_seconds,
    )
    for_long = CachePolicy(
        scope,
        "SegmentCache",
        name=settings.name("segments"),
        comment="Segments and files, which never change",
        seconds=playback.segment_days * SECONDS_PER_DAY,
    )
    for_a_day = CachePolicy(
        scope,
        "PublicSegmentCache",
        name=settings.name("public-segments"),
        comment="Segments and files that are public",
        seconds=min(PUBLIC_SECONDS, playback.segment_days * SECONDS_PER_DAY),
    )
    kinds = (
        (MEDIA_PATH + PUBLIC_FOLDER, public_function, None, for_a_day),
        (MEDIA_PATH, function, group, for_long),
    )
    return [
        Behavior(
            path=path,
            origin=MEDIA,
            headers=headers,
            methods=READ_ACROSS_ORIGINS,
            cache=cache,
            function=code,
            key_group=signed_by,
        )
        for folder, code, signed_by, longest in kinds
        for path, cache in (
            *((f"{folder}*.{suffix}", briefly) for suffix in MANIFESTS),
            (f"{folder}*", longest),
        )
    ]
