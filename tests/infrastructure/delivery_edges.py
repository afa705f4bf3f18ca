"""Who calls what in a pipeline with delivery, beside the edges that every pipeline has."""

from collections.abc import Iterator

from tests.infrastructure.api_edges import API_EDGES
from tests.infrastructure.edges import IS_A_SERVICE, NOT_ENCRYPTED, Edge, role_edge
from tests.infrastructure.places import PEOPLE
from tests.infrastructure.sides import KeyDelegates, KeyLets, Nothing, OwnPolicy, PlacePolicy
from tests.infrastructure.stack import ACCOUNT_ID
from tests.infrastructure.webhook_edges import WEBHOOK_EDGES

CLOUDFRONT = "cloudfront.amazonaws.com"
# As the made-up account of these tests names it.
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT_ID}:distribution/Delivery_Distribution_CFF1B36C"


def _distribution() -> Iterator[Edge]:
    """Yield what CloudFront reads for viewers, and what drops its copies."""
    reads = PlacePolicy(service=CLOUDFRONT, source=DISTRIBUTION, source_alone=True, over_tls=True)
    # The key knows distributions by a pattern: which one it is, the buckets' policies say.
    decrypts = KeyLets(service=CLOUDFRONT, actions=("kms:Decrypt",), source=DISTRIBUTION)
    for place in ("an output", "a file of the page"):
        yield Edge(
            caller="CloudFront",
            actions=("s3:GetObject",),
            place=place,
            identity=IS_A_SERVICE,
            resource=reads,
            key=decrypts,
        )
    _, operator = PEOPLE
    yield role_edge(operator, "cloudfront:CreateInvalidation", "the distribution", NOT_ENCRYPTED)


def _signing() -> Iterator[Edge]:
    """Yield what is done with the key that signs for viewers."""
    yield Edge(
        caller="administrators",
        actions=("kms:PutKeyPolicy",),
        place="the signing key",
        identity=Nothing(reason="the account's own policies"),
        resource=KeyDelegates(key="the signing key"),
        key=Nothing(reason="it is the key"),
    )


DELIVERY_EDGES: tuple[Edge, ...] = (*_distribution(), *_signing(), *API_EDGES, *WEBHOOK_EDGES)
DELIVERY_CALLERS = sorted({edge.caller for edge in DELIVERY_EDGES if isinstance(edge.identity, OwnPolicy)})
