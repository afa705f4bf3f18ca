"""The guards of captions: in which order things are read and written, and who looks again."""

from checks.guards.guard import (
    Edit,
    Guard,
    code,
    guard,
)

_CRASH = "unit/lambda/test_captions_crash"

GUARDS: tuple[Guard, ...] = (
    guard(
        "What may be written is read before the uploads are",
        code(
            "publishing/caption_publisher",
            '        documents = {entry["key"]: self.documents.read(entry["key"]) for entry in manifests}\n'
            '        etags = self.documents.etags(f"{folder}/")\n'
            "        sidecars = sidecars_beside("
            "asset.upload.key, names=self.names, sidecars=self.sidecars)\n",
            "        sidecars = sidecars_beside("
            "asset.upload.key, names=self.names, sidecars=self.sidecars)\n"
            '        documents = {entry["key"]: self.documents.read(entry["key"]) for entry in manifests}\n'
            '        etags = self.documents.etags(f"{folder}/")\n',
        ),
        held_by=_CRASH,
    ),
    guard(
        "A document is replaced only in the state that was read",
        Edit(
            path="tests/support/fakes/captions.py",
            old="        if (_etag(current) if current is not None else None) != replaces:\n"
            "            return False\n",
            new="",
        ),
        held_by=_CRASH,
    ),
    guard(
        "Who was refused a manifest looks again",
        code(
            "publishing/caption_publisher",
            "            key, text.encode(), content_type=manifest.content_type, replaces=manifest.etag\n"
            "        ):\n            raise _ChangedMeanwhileError\n",
            "            key, text.encode(), content_type=manifest.content_type, replaces=manifest.etag\n"
            "        ):\n            return\n",
        ),
        held_by=_CRASH,
    ),
    guard(
        "Captions of an asset that is being verified wait",
        code(
            "services/late_captions",
            "            if status is AssetStatus.VERIFYING:\n"
            '                raise TransientError("the asset is being verified: '
            'its captions are looked at afterwards")\n',
            "",
        ),
        held_by=_CRASH,
    ),
    guard(
        "Who was refused the record looks again",
        code(
            "services/late_captions",
            "            seen=published.seen,\n        ):\n            return False\n",
            "            seen=published.seen,\n        ):\n            return True\n",
        ),
        held_by=_CRASH,
    ),
    guard(
        "People are told before the record is",
        code(
            "services/late_captions",
            "            self._tell(asset, outputs, published)\n        if not",
            "            pass\n        if not",
        ),
        held_by=_CRASH,
    ),
    guard(
        "Readings of a caption file that differ are no certainty",
        code(
            "publishing/caption_text/encoding",
            "    return groups[0] if len(groups) == 1 else []\n",
            "    return groups[0] if groups else []\n",
        ),
        code(
            "publishing/caption_text/encoding",
            "    return [first] if is_one_script and _oddities(first) < _oddities(other) else []\n",
            "    return [best]\n",
        ),
        held_by="unit/lambda/test_caption_encoding",
    ),
    guard(
        "A caption file whose name is not understood is told of",
        code(
            "publishing/sidecars",
            '                if separator == "." and misnamed is None:\n',
            "                if False:\n",
        ),
        held_by="unit/lambda/test_caption_files",
    ),
    guard(
        "Cues that can't be read are counted",
        code("publishing/caption_text/cues", "            unreadable += 1\n", ""),
        held_by="unit/lambda/test_caption_text",
    ),
)
