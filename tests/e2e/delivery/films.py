"""Assets that can be played, and assets that ended otherwise, for the tests of delivery."""

from dataclasses import dataclass

from tests.e2e.pipeline import Pipeline

MANIFESTS = (".m3u8", ".mpd")


@dataclass(frozen=True, slots=True)
class Film:
    """Hold an asset that is COMPLETE.

    Attributes:
        keys: Of all its objects in the outputs bucket, those that its record names first.
    """

    asset_id: str
    keys: tuple[str, ...]

    @property
    def paths_of_each_kind(self) -> list[str]:
        """Return a path for each suffix of its files: each may be answered by a behavior of its own."""
        one = {key.rpartition(".")[2]: f"/media/{key}" for key in self.keys}
        assert {"m3u8", "mpd", "mp4"} <= one.keys(), self.keys
        return list(one.values())


def complete_film(pipeline: Pipeline, key: str, version_id: str) -> Film:
    """Wait for an upload to complete."""
    record = pipeline.ended(key, version_id)
    assert record["status"] == "COMPLETE", record
    asset_id = record["asset_id"]
    named = [output["key"] for output in record["outputs"]]
    found = [each["Key"] for each in pipeline.versions(pipeline.outputs, f"{asset_id}/")]
    return Film(asset_id, tuple(dict.fromkeys([*named, *found])))
