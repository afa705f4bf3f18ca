"""A deployment that `make smoke` looks at."""

from checks.smoke.deployed import Deployed

DEPLOYED = Deployed(
    pipeline="media-pipeline-dev",
    region="us-east-1",
    uploads="uploads",
    outputs="outputs",
    table="assets",
    upload_key_prefix="",
    asset_topic_arn="arn:assets",
    alarm_topic_arn="arn:alarms",
    reconciler="reconciler",
)
