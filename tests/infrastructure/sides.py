"""The sides of an edge: what lets a call through, each as questions to the policies that decide it.

A question is a request, the documents that answer it, and the answer that is wanted. The same request from
elsewhere (another account, another service, without TLS) is asked too, and is to be refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.infrastructure.places import (
    PEOPLE,
    identity_policies,
    places,
    principal,
    resource_policies,
)
from tests.infrastructure.policies import Policy, Request
from tests.infrastructure.stack import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    REGION,
    Stack,
)

TLS = {"aws:SecureTransport": "true"}
PLAIN = {"aws:SecureTransport": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Ask documents for permission; `granted` is the answer that is wanted."""

    documents: Sequence[Policy]
    request: Request
    granted: bool


class Call(Protocol):
    """What a side knows of its edge."""

    @property
    def caller(self) -> str:
        """Who calls."""

    @property
    def actions(self) -> Sequence[str]:
        """What is called."""

    @property
    def place(self) -> str:
        """On what it is called."""


class Side(Protocol):
    """One side of an edge."""

    def words(self, call: Call) -> str:
        """Say it in the table for people."""

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Yield what the policies are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """This side has nothing to decide, for a reason."""

    reason: str

    def words(self, call: Call) -> str:
        """Say why."""
        return self.reason

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask nothing."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPolicy:
    """The caller's policies allow it, in the circumstances `when`, and not in those of `never`."""

    when: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)

    def words(self, call: Call) -> str:
        """Say it, with the circumstances."""
        conditions = ", ".join(f"`{key}` = `{value}`" for key, value in self.when.items())
        return _whose(call) + (f", {conditions}" if conditions else "")

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask for each action here, and for the same in another account or bucket."""
        documents = identity_policies(stack, call.caller)
        arn = places(stack)[call.place].arn
        elsewhere = arn.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID)
        for action in call.actions:
            yield _asks(documents, action, arn, self.when, granted=True)
            if self.never:
                yield _asks(documents, action, arn, self.never, granted=False)
            if elsewhere != arn:
                yield _asks(documents, action, elsewhere, self.when, granted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusesPlainHttp:
    """The place's policy refuses no call of the account over TLS, and every call without it."""

    def words(self, call: Call) -> str:
        """Say it."""
        return "refuses plain HTTP"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask beside a permission such as the identity side gives."""
        arn = places(stack)[call.place].arn
        for action in call.actions:
            allowed = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}
            documents = [*resource_policies(stack, call.place), {"Statement": allowed}]
            yield _asks(documents, action, arn, TLS, granted=True, principal=principal(stack, call.caller))
            yield _asks(documents, action, arn, PLAIN, granted=False, principal=principal(stack, call.caller))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePolicy:
    """The place's policy allows a service, for one source of ours.

    `source` says whose call it is: `{name}` in it is the environment, `*` any text. Without one, the account
    is all that the service tells; without `scoped` it tells not even that. With `source_alone` it tells the
    source and not the account.
    """

    service: str
    source: str = ""
    source_alone: bool = False
    scoped: bool = True
    over_tls: bool = False

    def words(self, call: Call) -> str:
        """Say who is let in."""
        source = self.source.split(":", 5)[-1].replace("-{name}", "")
        scope = f" for `{source}` alone" if source else " for this account" if self.scoped else ""
        return f"lets `{self.service}` in{scope}"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask for the source, for that of another account, for another service, and without TLS."""
        documents = resource_policies(stack, call.place)
        arn = places(stack)[call.place].arn
        ours = _source(self.source.format(name=stack.name).replace("*", "any"))
        if self.source_alone:
            ours.pop("aws:SourceAccount")
        theirs = {key: value.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID) for key, value in ours.items()}
        for action in call.actions:
            yield _asks(documents, action, arn, {**ours, **TLS}, granted=True, principal=self.service)
            yield _asks(documents, action, arn, {**ours, **TLS}, granted=False, principal="ec2.amazonaws.com")
            if self.scoped:
                yield _asks(documents, action, arn, {**theirs, **TLS}, granted=False, principal=self.service)
            if self.source:
                others = {**ours, "aws:SourceArn": self._other(ours["aws:SourceArn"]), **TLS}
                yield _asks(documents, action, arn, others, granted=False, principal=self.service)
            if self.over_tls:
                yield _asks(documents, action, arn, {**ours, **PLAIN}, granted=False, principal=self.service)

    def _other(self, source: str) -> str:
        """Return a source beside ours; what ends in `*` is let in with any end."""
        above, _, below = source.rpartition("/")
        return f"{above}-other/{below}" if self.source.endswith("*") else f"{source}-other"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyThrough:
    """The caller may use the key, through one service only, and the key leaves that to its account."""

    service: str
    actions: Sequence[str]

    def words(self, call: Call) -> str:
        """Say through which service, and what."""
        return f"{_whose(call)}, through {self.service}: {_short(self.actions)}"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask role and key, and the role for the same without the service."""
        documents, key = identity_policies(stack, call.caller), places(stack)["the key"].arn
        through = {"kms:ViaService": f"{self.service}.{REGION}.amazonaws.com"}
        for action in self.actions:
            yield _asks(documents, action, key, through, granted=True)
            yield _asks(documents, action, key, {}, granted=False)
            delegated = resource_policies(stack, "the key")
            yield _asks(
                delegated, action, key, through, granted=True, principal=principal(stack, call.caller)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLets:
    """The key's policy lets a service use it: for this account, or for what it encrypts.

    That is a caller's log group (`log_of`), or the topic of a place (`context_of`). With a `source` it lets
    what has that ARN.
    """

    service: str
    actions: Sequence[str]
    log_of: str = ""
    context_of: str = ""
    source: str = ""

    def words(self, call: Call) -> str:
        """Say which service, for what, and what."""
        scope = f" for the {self.context_of}" if self.context_of else ""
        return f"the key lets `{self.service}`{scope}: {_short(self.actions)}"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask for ours, and for another account's."""
        documents, key = resource_policies(stack, "the key"), places(stack)["the key"].arn
        ours = _source("")
        if self.log_of:
            group = places(stack)[f"log of {self.log_of}"].arn.split(":log-stream:")[0]
            ours = {"kms:EncryptionContext:aws:logs:arn": group}
        if self.source:
            ours = {"aws:SourceArn": self.source}
        if self.context_of:
            # Whether CloudWatch tells KMS an account is not documented: nothing may rest on it.
            ours = {"kms:EncryptionContext:aws:sns:topicArn": places(stack)[self.context_of].arn}
        theirs = {name: value.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID) for name, value in ours.items()}
        for action in self.actions:
            yield _asks(documents, action, key, ours, granted=True, principal=self.service)
            yield _asks(documents, action, key, theirs, granted=False, principal=self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOfEnvironment:
    """The function's role may decrypt that function's environment, and no other's."""

    def words(self, call: Call) -> str:
        """Say it."""
        return "its role, for its own environment: Decrypt"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask for the function's own environment, and for that of another one."""
        documents, key = identity_policies(stack, call.caller), places(stack)["the key"].arn
        name = "kms:EncryptionContext:aws:lambda:FunctionArn"
        own = places(stack)[f"function {call.caller}"].arn
        yield _asks(documents, "kms:Decrypt", key, {name: own}, granted=True)
        yield _asks(documents, "kms:Decrypt", key, {name: f"{own}-other"}, granted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDelegates:
    """A key's policy lets the account's own IAM policies decide, and no other account's."""

    key: str = "the key"

    def words(self, call: Call) -> str:
        """Say it."""
        return "the key leaves it to the account's IAM"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask for a role of the account, and for one of another."""
        documents, key = resource_policies(stack, self.key), places(stack)[self.key].arn
        for action in call.actions:
            for account in (ACCOUNT_ID, OTHER_ACCOUNT_ID):
                role = f"arn:aws:iam::{account}:role/admin"
                yield _asks(documents, action, key, {}, granted=account == ACCOUNT_ID, principal=role)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLettersOf:
    """The DLQ takes the dead letters of one queue, as its redrive allow policy says."""

    queue: str

    def words(self, call: Call) -> str:
        """Say of which queue."""
        return f"takes those of the {self.queue} alone"

    def questions(self, stack: Stack, call: Call) -> Iterator[Question]:
        """Ask what the redrive allow policy means, in the terms of a policy."""
        dlq, queue = places(stack)[call.place].arn, places(stack)[self.queue].arn
        sqs = "sqs.amazonaws.com"
        documents = [
            {
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Service": sqs},
                    "Action": "sqs:SendMessage",
                    "Resource": stack.arn(owner),
                    "Condition": {
                        "ArnEquals": {"aws:SourceArn": policy["redrive_allow_policy"]["sourceQueueArns"]}
                    },
                }
            }
            for policy in stack.of("aws_sqs_queue_redrive_allow_policy")
            for owner in stack.of("aws_sqs_queue")
            if policy["queue_url"] == stack.resolve(f"${{{owner.address}.url}}")
            and policy["redrive_allow_policy"]["redrivePermission"] == "byQueue"
        ]
        for source in (queue, f"{queue}-other"):
            context = {"aws:SourceArn": source}
            granted = source == queue
            yield _asks(documents, "sqs:SendMessage", dlq, context, granted=granted, principal=sqs)


def _asks(
    documents: Sequence[Policy],
    action: str,
    arn: str,
    context: Mapping[str, str],
    *,
    granted: bool,
    principal: str = "",
) -> Question:
    request = Request(action=action, resource=arn, principal=principal, context=context)
    return Question(documents=documents, request=request, granted=granted)


def _source(arn: str) -> dict[str, str]:
    return {
        "aws:SourceAccount": ACCOUNT_ID,
        "aws:SourceArn": arn or f"arn:aws:any:{REGION}:{ACCOUNT_ID}:thing/any",
    }


def _whose(call: Call) -> str:
    return "its policy" if call.caller in PEOPLE else "its role"


def _short(actions: Sequence[str]) -> str:
    return ", ".join(action.removeprefix("kms:") for action in actions)
