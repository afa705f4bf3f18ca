"""Both sides of the contract for uploads."""

import pytest

from tests.contract.buckets import Bucket, FakeBucket, LocalBucket


@pytest.fixture(params=["fake", "s3"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    """Return an empty bucket, first the fake, then the real one."""
    if request.param == "fake":
        return FakeBucket()
    return LocalBucket(request.getfixturevalue("local_aws")("s3"))
