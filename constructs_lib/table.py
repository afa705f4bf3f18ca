"""Tables, encrypted and recoverable."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs_lib.bindings import (
    Construct,
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
    TerraformResourceLifecycle,
)
from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import Grantee, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Describe a global secondary index over two string attributes.

    An entry holds the keys and what is `projected`, if anything; DynamoDB takes up to 20 attributes of it.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
    """

    name: str
    partition_key: str
    sort_key: str
    projected: Sequence[str] = ()


class Table(Construct):
    """An on-demand table over string keys, recoverable to any second of the last 35 days."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: EncryptionKey,
        partition_key: str,
        indexes: Sequence[Index],
        ttl_attribute: str,
        deletion_protection: bool,
        prevent_destroy: bool,
        streams_changes: bool = False,
    ) -> None:
        """Add the table; with `streams_changes`, items as they were and are go into a stream for a day.

        The table's key encrypts its stream, and turning one on changes the table in place. Source:
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
        """
        super().__init__(scope, id_)
        self._key = key
        attributes = sorted(
            {partition_key}
            | {index.partition_key for index in indexes}
            | {index.sort_key for index in indexes}
        )
        self._table = DynamodbTable(
            self,
            "Table",
            name=name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=partition_key,
            attribute=[DynamodbTableAttribute(name=attribute, type="S") for attribute in attributes],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(
                    name=index.name,
                    hash_key=index.partition_key,
                    range_key=index.sort_key,
                    projection_type="INCLUDE" if index.projected else "KEYS_ONLY",
                    non_key_attributes=sorted(index.projected) or None,
                )
                for index in indexes
            ],
            ttl=DynamodbTableTtl(attribute_name=ttl_attribute, enabled=True),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key.arn),
            deletion_protection_enabled=deletion_protection,
            stream_enabled=True if streams_changes else None,
            stream_view_type="NEW_AND_OLD_IMAGES" if streams_changes else None,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        self.name: str = self._table.name
        self.arn: str = self._table.arn
        self.stream_arn: str = self._table.stream_arn

    def grant_read_write(self, role: Grantee) -> None:
        """Let a role read and write items: dynamodb:GetItem, PutItem, UpdateItem; and use the key."""
        self._grant(role, "ReadWrite", ["GetItem", "PutItem", "UpdateItem"], [self.arn])

    def grant_update(self, role: Grantee) -> None:
        """Let a role read and change items: dynamodb:GetItem, UpdateItem; and use the key."""
        self._grant(role, "Update", ["GetItem", "UpdateItem"], [self.arn])

    def grant_read(self, role: Grantee) -> None:
        """Let a role read one item: dynamodb:GetItem; and use the key."""
        self._grant(role, "Read", ["GetItem"], [self.arn])

    def grant_read_many(self, role: Grantee) -> None:
        """Let a role read items by the hundred: dynamodb:BatchGetItem; and use the key."""
        self._grant(role, "ReadMany", ["BatchGetItem"], [self.arn])

    def grant_describe(self, role: Grantee) -> None:
        """Let a role see the table's age and state: dynamodb:DescribeTable; and use the key."""
        self._grant(role, "Describe", ["DescribeTable"], [self.arn])

    def grant_scan(self, role: Grantee) -> None:
        """Let a role go through all items: dynamodb:Scan; and use the key."""
        self._grant(role, "Scan", ["Scan"], [self.arn])

    def grant_query(self, role: Grantee, *, index: str) -> None:
        """Let a role query one index: dynamodb:Query; and use the key."""
        words = "".join(word.capitalize() for word in index.split("_"))
        self._grant(role, f"Query{words}", ["Query"], [f"{self.arn}/index/{index}"])

    def grant_read_stream(self, role: Grantee) -> None:
        """Let a role read the changes: dynamodb:DescribeStream, GetRecords, GetShardIterator; kms:Decrypt.

        And dynamodb:ListStreams, which is about no stream of which the ARN is known. Source:
        https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
        """
        role.allow(
            Statement(
                sid=f"ReadStream{self.node.id}",
                actions=[
                    f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator")
                ],
                resources=[self.stream_arn],
            )
        )
        role.allow(
            Statement(
                sid=f"FindStream{self.node.id}",
                actions=["dynamodb:ListStreams"],
                resources=[f"{self.arn}/stream/*"],
            )
        )
        self._key.grant_decrypt(role, via="dynamodb")

    def _grant(self, role: Grantee, verb: str, actions: Sequence[str], resources: Sequence[str]) -> None:
        role.allow(
            Statement(
                sid=f"{verb}{self.node.id}",
                actions=[f"dynamodb:{action}" for action in actions],
                resources=resources,
            )
        )
        self._key.grant_table_use(role)
