"""Uploads that ask for an encryption of their own, as on AWS: what is taken, and who may read it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client
from tests.support.local_roles import (
    act,
    make_role,
    refused,
    statement,
)

THROUGH_S3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


@pytest.fixture
def key_arn(client: Client) -> str:
    """Make a key of the account."""
    return str(client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def bucket(client: Client) -> str:
    """Make a bucket without a default encryption of its own."""
    name = f"encrypted-{uuid4()}"
    client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def reader(client: Client, endpoints: Endpoints, bucket: str) -> Callable[..., Any]:
    """Make S3 clients of roles that may read and write the bucket, and what else they are given."""

    def make(*more: dict[str, object]) -> Any:
        objects = statement(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*")
        return act(endpoints, make_role(client, objects, *more), "s3")

    return make


@pytest.mark.parametrize("algorithm", ["aws:kms", "aws:kms:dsse"])
def test_an_upload_without_a_key_uses_the_managed_one(
    client: Client, bucket: str, reader: Callable[..., Any], key_arn: str, algorithm: str
) -> None:
    """`--sse aws:kms` alone takes S3's AWS managed key, not the bucket's default: all callers read it."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    role = reader()
    put = role.put_object(Bucket=bucket, Key="a.mp4", Body=b"a", ServerSideEncryption=algorithm)
    head = role.head_object(Bucket=bucket, Key="a.mp4")
    assert (put["ServerSideEncryption"], head["ServerSideEncryption"]) == (algorithm, algorithm)
    assert head["SSEKMSKeyId"] == put["SSEKMSKeyId"] != key_arn
    assert role.get_object(Bucket=bucket, Key="a.mp4")["Body"].read() == b"a"


@pytest.mark.parametrize("by", ["arn", "id", "alias"])
def test_an_upload_names_its_key_by_arn_id_or_alias(
    client: Client, bucket: str, key_arn: str, by: str
) -> None:
    """The object tells the key's ARN, in one piece and in parts."""
    alias = f"alias/{uuid4()}"
    client("kms").create_alias(AliasName=alias, TargetKeyId=key_arn)
    key_id = {"arn": key_arn, "id": key_arn.rpartition("/")[2], "alias": alias}[by]
    wanted = {"Bucket": bucket, "Key": "a.mp4", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}
    client("s3").put_object(**wanted, Body=b"a")
    assert client("s3").head_object(Bucket=bucket, Key="a.mp4")["SSEKMSKeyId"] == key_arn
    assert client("s3").create_multipart_upload(**wanted)["SSEKMSKeyId"] == key_arn


def test_a_key_that_does_not_exist_is_refused(client: Client, bucket: str) -> None:
    """S3 asks KMS for a data key at once, and passes on that there is no such key."""
    with pytest.raises(ClientError) as raised:
        client("s3").put_object(
            Bucket=bucket, Key="a.mp4", Body=b"a", ServerSideEncryption="aws:kms", SSEKMSKeyId=str(uuid4())
        )
    assert raised.value.response["Error"]["Code"] == "KMS.NotFoundException"


def test_writing_and_reading_ask_for_the_key(
    client: Client, bucket: str, reader: Callable[..., Any], key_arn: str
) -> None:
    """A role without a right on the key neither writes with it nor reads; its description is no secret."""
    wanted = {"Bucket": bucket, "Key": "a.mp4", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn}
    client("s3").put_object(**wanted, Body=b"a")
    stranger = reader()
    assert refused(stranger.get_object, Bucket=bucket, Key="a.mp4")
    assert refused(stranger.put_object, **wanted, Body=b"b")
    assert stranger.head_object(Bucket=bucket, Key="a.mp4")["SSEKMSKeyId"] == key_arn
    writer = reader(statement(["kms:GenerateDataKey"], key_arn, Condition=THROUGH_S3))
    assert not refused(writer.put_object, **wanted, Body=b"b")
    assert refused(writer.get_object, Bucket=bucket, Key="a.mp4")
    both = reader(statement(["kms:Decrypt"], key_arn, Condition=THROUGH_S3))
    assert both.get_object(Bucket=bucket, Key="a.mp4", Range="bytes=0-0")["Body"].read() == b"b"


def test_a_bucket_that_encrypts_by_default_asks_for_its_key(
    client: Client, bucket: str, reader: Callable[..., Any], key_arn: str
) -> None:
    """An upload without headers is encrypted with the default key, which its writer must be able to use."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    assert refused(reader().put_object, Bucket=bucket, Key="a.mp4", Body=b"a")
    # A caller that asks for another encryption needs no right on the default key.
    reader().put_object(Bucket=bucket, Key="a.mp4", Body=b"a", ServerSideEncryption="AES256")
    assert reader().get_object(Bucket=bucket, Key="a.mp4")["ServerSideEncryption"] == "AES256"
