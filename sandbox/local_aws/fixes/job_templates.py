"""Provision AWS::MediaConvert::JobTemplate, which MiniStack's CloudFormation doesn't know.

The template is created through the MediaConvert endpoint's own API, where it is validated like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from ministack.core.responses import get_region
from ministack.services.cloudformation import provisioners

from sandbox.runtime.environment import SERVICE_ACCESS_KEY_ID, SERVICE_SECRET

_COPIED = ("Description", "Category", "Queue", "Priority", "StatusUpdateInterval",
           "AccelerationSettings", "HopDestinations")  # fmt: skip

Attributes = dict[str, str]
Provisioned = tuple[str, Attributes]


def apply(mediaconvert_url: str) -> None:
    """Register the provisioner.

    Args:
        mediaconvert_url: The endpoint that holds the job templates.
    """

    def client() -> Any:
        return boto3.client(
            "mediaconvert",
            endpoint_url=mediaconvert_url,
            region_name=get_region(),
            # Not the caller's: while this is answered, the endpoint could not ask us what they may do.
            aws_access_key_id=SERVICE_ACCESS_KEY_ID,
            aws_secret_access_key=SERVICE_SECRET,
        )

    def create(logical_id: str, properties: Mapping[str, Any], stack_name: str) -> Provisioned:
        name = properties.get("Name") or f"{stack_name}-{logical_id}"
        # CloudFormation's own tags (aws:cloudformation:...) are set by AWS's back door, which the API hasn't.
        tags = {key: tag for key, tag in (properties.get("Tags") or {}).items() if not key.startswith("aws:")}
        created = client().create_job_template(Name=name, Tags=tags, **request(properties))
        return name, _attributes(created)

    def update(
        physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack_name: str
    ) -> Provisioned:
        if new.get("Name", physical_id) != physical_id:
            delete(physical_id, old)
            return create(physical_id, new, stack_name)
        return physical_id, _attributes(client().update_job_template(Name=physical_id, **request(new)))

    def delete(physical_id: str, properties: Mapping[str, Any]) -> None:
        try:
            client().delete_job_template(Name=physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise

    provisioners._RESOURCE_HANDLERS["AWS::MediaConvert::JobTemplate"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }
    # Tags of the stack reach the template too.
    provisioners._STACK_TAG_PROPERTY["AWS::MediaConvert::JobTemplate"] = ("Tags", "map")


def request(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the API's parameters for the resource's properties, without name and tags."""
    copied = {name: properties[name] for name in _COPIED if name in properties}
    if "Priority" in copied:
        copied["Priority"] = int(copied["Priority"])
    return {"Settings": properties["SettingsJson"], **copied}


def _attributes(answer: Mapping[str, Any]) -> Attributes:
    template = answer["JobTemplate"]
    return {"Arn": template["Arn"], "Name": template["Name"]}
