"""MediaConvert: a queue, the role that its jobs run under, job templates for people, presets in SSM."""

import json
from collections.abc import Mapping
from typing import Any

from constructs_lib.bindings import CloudformationStack, Construct, MediaConvertQueue, SsmParameter
from constructs_lib.iam import Account, Grantee, ServiceRole, Statement
from constructs_lib.lint import accept_finding
from constructs_lib.storage import PrivateBucket

# Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_TEMPLATE_BYTES = 51_200

# Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
MAX_PARAMETER_BYTES = 4_096


class Transcoder(Construct):
    """A MediaConvert queue, and the role under which its jobs read sources and write outputs."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        queue_name: str,
        role_name: str,
        account: Account,
        sources: PrivateBucket,
        outputs: PrivateBucket,
    ) -> None:
        super().__init__(scope, id_)
        self._account = account
        self._queue = MediaConvertQueue(self, "Queue", name=queue_name, description="Jobs of the pipeline")
        self.queue_arn: str = self._queue.arn
        self._role = ServiceRole(
            self,
            "Role",
            name=role_name,
            service="mediaconvert.amazonaws.com",
            description="Reads sources and writes outputs for MediaConvert jobs",
            trust_conditions=account.is_source,
        )
        self.role_arn: str = self._role.arn
        sources.grant_read(self._role)
        # S3 answers 403 for a missing object to those who may not list: the error would blame the role.
        sources.grant_list(self._role)
        outputs.grant_write(self._role, in_parts=True)

    def grant_submit(self, role: Grantee) -> None:
        """Let a role submit jobs to the queue: mediaconvert:CreateJob, iam:PassRole of the jobs' role."""
        role.allow(
            Statement(sid="SubmitJobs", actions=["mediaconvert:CreateJob"], resources=[self.queue_arn])
        )
        role.allow(
            Statement(
                sid="PassJobRole",
                actions=["iam:PassRole"],
                resources=[self.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "mediaconvert.amazonaws.com"}},
            )
        )

    def grant_search(self, role: Grantee) -> None:
        """Let a role find the queue's jobs by their source: mediaconvert:SearchJobs, asked with the queue.

        Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html
        """
        role.allow(
            Statement(sid="SearchJobs", actions=["mediaconvert:SearchJobs"], resources=[self.queue_arn])
        )

    def grant_count(self, role: Grantee) -> None:
        """Let a role see how many jobs the queue holds: mediaconvert:GetQueue."""
        role.allow(Statement(sid="CountJobs", actions=["mediaconvert:GetQueue"], resources=[self.queue_arn]))

    def grant_describe(self, role: Grantee) -> None:
        """Let a role look at any job: mediaconvert:GetJob. A job's ARN does not name its queue."""
        jobs = self._account.arn("mediaconvert", "jobs/*")
        role.allow(Statement(sid="DescribeJobs", actions=["mediaconvert:GetJob"], resources=[jobs]))

    def grant_cancel(self, role: Grantee) -> None:
        """Let a role cancel any job: mediaconvert:CancelJob. A job's ARN does not name its queue."""
        jobs = self._account.arn("mediaconvert", "jobs/*")
        role.allow(Statement(sid="CancelJobs", actions=["mediaconvert:CancelJob"], resources=[jobs]))

    def grant_probe(self, role: ServiceRole) -> None:
        """Let a role inspect sources that it may itself read: mediaconvert:Probe."""
        # Probe has no resource-level permissions. Source:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html
        role.allow(Statement(sid="ProbeSources", actions=["mediaconvert:Probe"], resources=["*"]))
        role.accept_finding(
            "UNKNOWN_ACTION",
            about="mediaconvert:Probe",
            reason="MediaConvert has the action since 2024; parliament's list of actions is older. Source: "
            "https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html",
        )


class JobTemplate(Construct):
    """A template with which people start a job by hand, in the console, that is like the pipeline's own.

    Terraform has no resource for it, CloudFormation has. `settings` is MediaConvert's JobTemplateSettings in
    boto3's spelling, which is CloudFormation's as well. Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-mediaconvert-jobtemplate.html

    Raises ValueError where the settings are too large for a template.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        queue_arn: str,
        settings: Mapping[str, Any],
    ) -> None:
        super().__init__(scope, id_)
        body = json.dumps(
            {
                "AWSTemplateFormatVersion": "2010-09-09",
                "Description": description,
                "Resources": {
                    "JobTemplate": {
                        "Type": "AWS::MediaConvert::JobTemplate",
                        "Properties": {
                            "Name": name,
                            "Description": description,
                            "Queue": queue_arn,
                            "SettingsJson": settings,
                            "StatusUpdateInterval": "SECONDS_60",
                        },
                    }
                },
                "Outputs": {"Name": {"Value": {"Ref": "JobTemplate"}}},
            },
            separators=(",", ":"),
        )
        if len(body.encode()) > MAX_TEMPLATE_BYTES:
            raise ValueError(
                f"job template {name} needs {len(body.encode())} bytes of CloudFormation template; "
                f"at most {MAX_TEMPLATE_BYTES} are allowed: shorten the profile's ladder"
            )
        stack = CloudformationStack(self, "Stack", name=name, template_body=body, on_failure="DELETE")
        accept_finding(
            stack,
            "CKV_AWS_124",
            reason="Terraform waits for the stack and fails with what CloudFormation says: the person who "
            "deploys sees it, and recipients of alarms need not.",
        )


class PresetParameters(Construct):
    """JSON documents as SSM parameters, as they are in their files, to be read at a glance.

    Raises ValueError naming every document that is too large for a standard parameter.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        account: Account,
        presets_path: str,
        presets: Mapping[str, str],
        profiles_name: str,
        profiles: str,
    ) -> None:
        super().__init__(scope, id_)
        self._account = account
        self.presets_path = presets_path
        self.profiles_name = profiles_name
        documents = {f"{presets_path}/{name}": text for name, text in presets.items()}
        documents[profiles_name] = profiles
        too_large = [
            f"{name} has {len(text.encode())} bytes"
            for name, text in documents.items()
            if len(text.encode()) > MAX_PARAMETER_BYTES
        ]
        if too_large:
            raise ValueError(f"at most {MAX_PARAMETER_BYTES} bytes fit a parameter: {'; '.join(too_large)}")
        for name, text in documents.items():
            word = name.rsplit("/", 1)[-1].capitalize()
            parameter = SsmParameter(self, word, name=name, type="String", tier="Standard", value=text)
            accept_finding(
                parameter,
                "CKV2_AWS_34",
                reason="It holds encoding settings and no secret; people read and compare them at a glance.",
            )

    def grant_read(self, role: Grantee) -> None:
        """Let a role read the documents: ssm:GetParametersByPath, GetParameter."""
        path = self._account.arn("ssm", f"parameter{self.presets_path}")
        profiles = self._account.arn("ssm", f"parameter{self.profiles_name}")
        # By path is authorized on the path itself; the older spelling covers what is below it.
        role.allow(
            Statement(sid="ReadPresets", actions=["ssm:GetParametersByPath"], resources=[path, f"{path}/*"])
        )
        role.allow(Statement(sid="ReadProfiles", actions=["ssm:GetParameter"], resources=[profiles]))
