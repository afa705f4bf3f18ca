"""Guards of captions: the order of reads and writes, who looks again, and what is certain."""

from checks.guards.semantic import Mutant

_CRASH = ("publishing/test_captions_crash",)

_PUBLISHING = (
    Mutant(
        name="The state of what may be written is read before the uploads are",
        within="CaptionPublisher._publish",
        find="""
documents = {
    key: known.manifests[key] if key in known.manifests else self.outputs.read(key)
    for key in (entry["key"] for entry in manifests)
}
etags = {} if known.has_none(f"{folder}/") else self.outputs.etags(f"{folder}/")
sidecars = sidecars_beside(asset.upload.key, names=self.names, uploads=self.uploads)
""",
        replace="""
sidecars = sidecars_beside(asset.upload.key, names=self.names, uploads=self.uploads)
documents = {
    key: known.manifests[key] if key in known.manifests else self.outputs.read(key)
    for key in (entry["key"] for entry in manifests)
}
etags = {} if known.has_none(f"{folder}/") else self.outputs.etags(f"{folder}/")
""",
        tests=_CRASH,
    ),
    Mutant(
        name="A manifest is replaced only in the state that was read",
        within="CaptionPublisher._add",
        find="manifest.etag",
        replace="getattr(self.outputs.read(key), 'etag', None)",
        tests=_CRASH,
    ),
    Mutant(
        name="A document is written under its condition",
        within="S3OutputsBucket.write",
        find="""self._client.put_object(
            Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, **condition
        )""",
        replace="self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)",
        tests=("adapters/test_conditional_requests",),
    ),
    Mutant(
        name="A publication that was refused a manifest looks again",
        within="CaptionPublisher._add",
        find="raise _ChangedMeanwhileError",
        replace="return",
        tests=_CRASH,
    ),
    Mutant(
        name="Captions of an asset that is being verified wait",
        within="LateCaptions",
        find="status is AssetStatus.VERIFYING",
        replace="False",
        tests=_CRASH,
    ),
    Mutant(
        name="A publication that was refused the record looks again",
        within="LateCaptions._publish",
        find="return False",
        replace="return True",
        tests=_CRASH,
    ),
    Mutant(
        name="Captions are announced before they are recorded",
        within="LateCaptions._publish",
        find="""
if self._is_news(asset, outputs, published):
    self._notify(asset, outputs, published)
if not self.table.note_captions(
    asset,
    outputs=outputs,
    rejected=published.rejected,
    rejected_left_out=published.rejected_left_out,
    seen=published.seen,
):
    return False
""",
        replace="""
if not self.table.note_captions(
    asset,
    outputs=outputs,
    rejected=published.rejected,
    rejected_left_out=published.rejected_left_out,
    seen=published.seen,
):
    return False
if self._is_news(asset, outputs, published):
    self._notify(asset, outputs, published)
""",
        tests=_CRASH,
    ),
)

_READING = (
    Mutant(
        name="A reading that is hardly more usual is no certainty",
        within="_most_usual",
        find="[first] if is_one_script and _oddities(first) < _oddities(other) else []",
        replace="[best]",
        tests=("publishing/test_caption_encoding",),
    ),
    Mutant(
        name="A caption file whose name is not understood is reported",
        within="SidecarNames._match",
        find='separator == "." and misnamed is None',
        replace="False",
        tests=("publishing/test_sidecars",),
    ),
    Mutant(
        name="Cues that can't be read are counted",
        within="read_cues",
        find="unreadable += 1",
        replace="pass",
        tests=("publishing/test_webvtt",),
    ),
)

MUTANTS = (*_PUBLISHING, *_READING)
