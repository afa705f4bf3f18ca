"""Which resources a deployed pipeline has: one SSM parameter tells, and a name is all that is needed."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.spending.caps import NO_CAPS, Caps, parse_caps
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceTypes
from tools.ops.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Name the resources of one pipeline, as its stack deployed them."""

    pipeline_name: str
    assets_table: str
    uploads_bucket: str
    outputs_bucket: str
    processing_queue_url: str
    processing_dlq_url: str
    job_events_queue_url: str
    job_events_dlq_url: str
    mediaconvert_queue_arn: str
    presets_path: str
    profiles_parameter: str
    notifications_topic_arn: str
    metrics_namespace: str
    upload_key_prefix: str
    media_suffixes: str
    caption_suffixes: str
    ignored_names: str
    asset_retention_days: str
    # None where an earlier release is deployed, whose captions came by the processing queue.
    captions_queue_url: str | None = None
    captions_dlq_url: str | None = None
    # None where an earlier release is deployed, whose caps only its functions know.
    spending_caps: str | None = None
    # None where the pipeline has no delivery.
    distribution_id: str | None = None
    webhooks_path: str | None = None
    webhooks_queue_url: str | None = None
    webhooks_dlq_url: str | None = None
    key_arn: str | None = None
    loopback_webhooks: str | None = None

    @property
    def allows_loopback_webhooks(self) -> bool:
        """Tell whether this machine may be a webhook's endpoint: in a sandbox only."""
        return self.loopback_webhooks == "1"

    @property
    def caps(self) -> Caps:
        """Return what may be spent, as it is deployed."""
        return parse_caps(self.spending_caps or NO_CAPS)

    @property
    def upload_filter(self) -> UploadFilter:
        """Return which keys of the uploads bucket are the pipeline's."""
        return UploadFilter(
            prefix=self.upload_key_prefix,
            caption_suffixes=_parts(self.caption_suffixes),
            ignored=IgnoredNames(patterns=_parts(self.ignored_names)),
        )

    @property
    def source_types(self) -> SourceTypes:
        """Return which files are accepted."""
        return SourceTypes(suffixes=_parts(self.media_suffixes))

    @property
    def retention_days(self) -> int:
        """Return how long records of ended assets are kept; 0 is for ever."""
        return int(self.asset_retention_days)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def read_resources(client: Any, pipeline: str) -> Resources:
    """Return the resources of a pipeline. Raises UsageError where it isn't deployed."""
    name = f"/{pipeline}/resources"
    try:
        with aws_errors("looking for the pipeline"):
            value = client.get_parameter(Name=name)["Parameter"]["Value"]
    except NotFoundError as error:
        raise UsageError(
            f"There is no pipeline {pipeline!r} in {client.meta.region_name}: its SSM parameter {name} "
            "does not exist. Check the name, AWS_PROFILE and AWS_REGION, or deploy it: `make deploy`."
        ) from error
    return _parse(value, name)


def _parse(text: str, name: str) -> Resources:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, Mapping):
        raise UsageError(f"The SSM parameter {name} is not a JSON object. Deploy the pipeline once more.")
    wanted = [field.name for field in fields(Resources) if field.default is MISSING]
    wrong = [field for field in wanted if not isinstance(document.get(field), str)]
    if not wrong and not document["asset_retention_days"].isdecimal():
        wrong = ["asset_retention_days"]
    if wrong:
        raise UsageError(
            f"The SSM parameter {name} lacks {', '.join(wrong)}: it was deployed by another release. "
            "Deploy the pipeline once more, or use that release's command line."
        )
    optional = [field.name for field in fields(Resources) if field.default is not MISSING]
    values: dict[str, Any] = {field: document[field] for field in wanted}
    values |= {field: _text_or_none(document.get(field)) for field in optional}
    return Resources(**values)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
