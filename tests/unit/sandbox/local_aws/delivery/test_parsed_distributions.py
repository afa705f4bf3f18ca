"""A distribution's configuration, which is parsed once, holds for the next request after it was changed."""

from sandbox.runtime.endpoints import Endpoints
from tests.support.edge import new_edge
from tests.support.local_clients import Client


def test_a_changed_distribution_serves_the_next_request(
    client: Client, endpoints: Endpoints, key_pair_ids: tuple[str, str, str]
) -> None:
    """Its default root object is another one, and is none again."""
    edge = new_edge(
        client, aws_url=endpoints.aws, ca_bundle=endpoints.ca_bundle, key_pair_ids=[key_pair_ids[0]]
    )
    cloudfront = client("cloudfront")
    answers = [edge.get("/")]
    for root in ("page", ""):
        found = cloudfront.get_distribution_config(Id=edge.distribution_id)
        cloudfront.update_distribution(
            Id=edge.distribution_id,
            IfMatch=found["ETag"],
            DistributionConfig={**found["DistributionConfig"], "DefaultRootObject": root},
        )
        answers.append(edge.get("/"))
    assert answers[1] == (200, "page")
    assert answers[0][0] == answers[2][0] == 403
