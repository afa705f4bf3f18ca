"""Survivors that were looked at and accepted, each with its reason: no test could or should notice them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Name a mutant by its function, as `Redelivery.postpone`, or the end of that, and by its code."""

    function: str
    before: str
    after: str
    reason: str


ACCEPTED = (
    Accepted(
        function="parse_job_state_change",
        before="body: str, *, queue_arn: str=''",
        after="body: str, *, queue_arn: str='XXXX'",
        reason="A text without colons names neither a region nor an account, as the empty one does.",
    ),
    Accepted(
        function="parse_upload",
        before="body: str, *, bucket: str, queue_arn: str=''",
        after="body: str, *, bucket: str, queue_arn: str='XXXX'",
        reason="A text without colons names neither a region nor an account, as the empty one does.",
    ),
    Accepted(
        function="Profiles.chosen",
        before="max((prefix for prefix in self.prefixes if key.startswith(prefix)), key=len, default='')",
        after="max((prefix for prefix in self.prefixes if key.startswith(prefix)), key=None, default='')",
        reason="All are prefixes of one key, and so of each other: the longest is the last in order, too.",
    ),
    Accepted(
        function="Lifecycle._count",
        before="step.error.code if step.error else 'UNKNOWN'",
        after="step.error.code if step.error else 'unknown'",
        reason="Each step to FAILED has an error; the word stands for steps that nothing makes.",
    ),
    Accepted(
        function="Lifecycle._count",
        before="step.error.code if step.error else 'UNKNOWN'",
        after="step.error.code if step.error else 'XXUNKNOWNXX'",
        reason="Each step to FAILED has an error; the word stands for steps that nothing makes.",
    ),
    Accepted(
        function="Lifecycle._count",
        before="step.error.code if step.error else 'UNKNOWN'",
        after="step.error.code if step.error or True else 'UNKNOWN'",
        reason="Each step to FAILED has an error, so the condition always holds.",
    ),
    Accepted(
        function="_ask_for_job",
        before="self.clock() - instant(asset.submitted_at) > LONGEST_JOB",
        after="self.clock() - instant(asset.submitted_at) >= LONGEST_JOB",
        reason="One millisecond of a day: no reader of the alarm could tell.",
    ),
    Accepted(
        function="JobGroup.destination",
        before="DESTINATIONS[self.preset].partition",
        after="DESTINATIONS[self.preset].rpartition",
        reason="Each of these constants has one slash, so both parts are the same.",
    ),
    Accepted(
        function="media_path",
        before="quote(key, safe='/')",
        after="quote(key, safe='XX/XX')",
        reason="Letters are never escaped, so one more of them among the safe characters changes nothing.",
    ),
    Accepted(
        function="_fixable",
        before="(category, sentence, True, False)",
        after="(category, sentence, True, True)",
        reason="It runs as its module is imported, before mutmut forks; tests hold what it has made.",
    ),
    Accepted(
        function="_source",
        before="('source', sentence, False, quarantines)",
        after="('XXsourceXX', sentence, False, quarantines)",
        reason="It runs as its module is imported, before mutmut forks; tests hold what it has made.",
    ),
    Accepted(
        function="Uploads._video_key",
        before="asset.upload.key if asset is not None else ''",
        after="asset.upload.key if asset is not None else 'XXXX'",
        reason="Neither is a key below the prefix of uploads, so the video is unknown either way.",
    ),
    Accepted(
        function="asset_folders",
        before="asset_folder(asset_id, is_public=False)",
        after="asset_folder(asset_id, is_public=None)",
        reason="None is as little public as False is.",
    ),
    Accepted(
        function="cheaper_choices",
        before="source_uri='s3://source'",
        after="source_uri='XXs3://sourceXX'",
        reason="Where files lie changes no price; the job is never submitted.",
    ),
    Accepted(
        function="_resolution",
        before="video.display_width if video else 0",
        after="video.display_width if video else 1",
        reason="A picture of either width is of the smallest class.",
    ),
    Accepted(
        function="_resolution",
        before="video.display_height if video else 0",
        after="video.display_height if video else 1",
        reason="A picture of either height is of the smallest class.",
    ),
    Accepted(
        function="job_template_settings",
        before="'s3://any/any.mp4'",
        after="None",
        reason="All is known of the reference sources, so nothing is concluded from their names.",
    ),
    Accepted(
        function="UploadInParts.from_id",
        before="ID_PATTERN.strip('^$')",
        after="ID_PATTERN.strip(None)",
        reason="A match of all of the text begins and ends where the anchors want it to.",
    ),
    Accepted(
        function="_object",
        before="except ValueError:\n    document = None",
        after="except ValueError:\n    document = ''",
        reason="Neither None nor a text is an object, and any other value is refused.",
    ),
    Accepted(
        function="_frozen",
        before="dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)",
        after="dataclasses.dataclass(init=False, repr=False, kw_only=True)",
        reason="A comparison of each class's own says the same; it costs time at import alone.",
    ),
    Accepted(
        function="Idempotency.once",
        before="KEY_PATTERN.strip('^$')",
        after="KEY_PATTERN.strip('XX^$XX')",
        reason="The pattern has no X at its ends, so nothing else is taken off.",
    ),
    Accepted(
        function="_owner",
        before="data.get('attempt', '')",
        after="data.get('attempt', None)",
        reason="Neither the empty text nor that of None is a count of attempts.",
    ),
    Accepted(
        function="_owner",
        before="data.get('attempt', '')",
        after="data.get('attempt', 'XXXX')",
        reason="Neither of the texts is a count of attempts.",
    ),
    Accepted(
        function="Context.encoder",
        before="_CODEC_MEMBERS.get(self.codec, '')",
        after="_CODEC_MEMBERS.get(self.codec)",
        reason="Job settings have neither the member None nor one without a name.",
    ),
    Accepted(
        function="leftover_attempts",
        before="max(complete, default=0)",
        after="max(complete, default=None)",
        reason="No attempt has the number 0, as none has the number None.",
    ),
    Accepted(
        function="_frozen",
        before="dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)",
        after="dataclasses.dataclass(init=None, repr=False, eq=False, kw_only=True)",
        reason="The decorator asks only whether it is true, which None is as little as False.",
    ),
    Accepted(
        function="Rests.note_failure",
        before="FIRST_REST_SECONDS << min(more, 8)",
        after="FIRST_REST_SECONDS << min(more, 9)",
        reason="It keeps the number small; a shift by 5 is already more than MAX_REST_SECONDS.",
    ),
)
