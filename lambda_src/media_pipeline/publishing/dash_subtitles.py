"""Add captions to a DASH manifest: one AdaptationSet a language and role, whose only file is the WebVTT.

Source: ISO/IEC 23009-1, sections 5.3.3 and 5.3.5, and 5.8.5.5 for roles (`forced-subtitle` since its fourth
edition); the DASH-IF's interoperability points on text tracks. The Accessibility of captions for people who
can't hear is the one that MediaConvert writes (its API's WebvttAccessibilitySubs).

The rest of a manifest stays as it is, byte by byte: what was added is known by its Representation's id, and
can be taken out. So the text is edited, not the tree, which an XML writer would write in its own way.
"""

import re
from collections.abc import Sequence

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.uris import relative_reference
from media_pipeline.publishing.published_caption import PublishedCaption
from media_pipeline.publishing.sidecar_names import FORCED, SDH

_ID = "sidecar-captions-"
_END = "</AdaptationSet>"
_ROLE_SCHEME = "urn:mpeg:dash:role:2011"
_ROLES = {"": "subtitle", FORCED: "forced-subtitle", SDH: "caption"}
_ADDED = re.compile(
    rf'\n<AdaptationSet contentType="text"[^>]*>(?:(?!{_END}).)*?<Representation id="{_ID}'
    rf"(?:(?!{_END}).)*{_END}",
    re.DOTALL,
)


def with_captions(manifest: str, captions: Sequence[PublishedCaption], *, key: str, duration_ms: int) -> str:
    """Return the manifest that lies at `key` with these captions, and none of those before.

    Raises UnreadableOutputError where it has no AdaptationSet that ends in the usual way.
    """
    bare = _ADDED.sub("", manifest)
    place = bare.rfind(_END)
    if place < 0:
        raise UnreadableOutputError("has no AdaptationSet to put captions behind")
    place += len(_END)
    added = "".join(_adaptation_set(caption, key, duration_ms) for caption in captions)
    return bare[:place] + added + bare[place:]


def _adaptation_set(caption: PublishedCaption, key: str, duration_ms: int) -> str:
    # Loaded with the first captions: a cold start waits for none.
    from xml.sax.saxutils import escape, quoteattr

    bandwidth_bps = max(1, round(caption.size_bytes * 8 * 1000 / max(1, duration_ms)))
    reference = escape(relative_reference(key, caption.key))
    accessibility = f'<Accessibility schemeIdUri="{_ROLE_SCHEME}" value="caption"/>'
    return (
        f'\n<AdaptationSet contentType="text" mimeType="text/vtt" lang={quoteattr(caption.language)}>'
        f"<Label>{escape(caption.label)}</Label>"
        f"{accessibility if caption.role == SDH else ''}"
        f'<Role schemeIdUri="{_ROLE_SCHEME}" value="{_ROLES[caption.role]}"/>'
        f'<Representation id="{_ID}{caption.variant}" bandwidth="{bandwidth_bps}">'
        f"<BaseURL>{reference}</BaseURL></Representation>{_END}"
    )
