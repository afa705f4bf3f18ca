"""The API's function on fakes: a table with a few assets, and presets as they are deployed."""

from hashlib import sha256
from typing import Any

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.delivery.folders import attempt_folder
from media_pipeline.domain.delivery.playback import Signer
from media_pipeline.domain.failures import failure
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.profiles import PresetDocuments, Profiles
from media_pipeline.handlers.api_parts import ApiParts
from media_pipeline.services.delivery.playback import Playback
from stacks.encoding import read_encoding_documents
from tests.support.api_calls import Api, api_config
from tests.support.asset_world import SOURCE
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.fakes.listing import FakeAssetListing
from tests.support.pipeline_job import PRESETS_FOLDER
from tests.support.pricing import SHIPPED_PRICES

JOB_ID = "1671477617078-2886ye"


class DeployedPresets:
    """Return the presets and profiles that are deployed."""

    def load(self) -> tuple[Presets, Profiles]:
        """Return them."""
        encoding = read_encoding_documents(PRESETS_FOLDER)
        return PresetDocuments(presets=encoding.presets, profiles=encoding.profiles).parsed()


class WorldParts(ApiParts):
    """Build an API's parts, with a clock that the test moves."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(api_config())
        self._clock = clock

    @property
    def clock(self) -> Clock:
        """Return the test's clock."""
        return self._clock


def signed_by_name(message: bytes) -> bytes:
    """Return what stands for a signature of a message."""
    return sha256(b"signed by the test" + message).digest()


class ApiWorld:
    """Hold an API and the table that it reads; `parts` are its own, to be replaced by fakes by name."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.parts = WorldParts(self.clock)
        config = self.parts.config
        self.replace(
            table=self.table,
            listing=FakeAssetListing(self.table),
            presets=DeployedPresets(),
            prices=SHIPPED_PRICES,
            playback=Playback(
                domain=config.playback_domain,
                signer=Signer(
                    key_pair_id=config.playback_key_pair_id, hash_algorithm="SHA256", sign=signed_by_name
                ),
                cookie_hours=config.playback_cookie_hours,
                url_hours=config.playback_url_hours,
            ),
        )
        self.api = Api(self.parts)

    def replace(self, **parts: Any) -> None:
        """Put fakes in the place of parts."""
        vars(self.parts).update(parts)

    def upload(self, key: str) -> str:
        """Add an asset that was just received, and return its id; the clock goes on by a second."""
        upload = UploadedObject(
            bucket="uploads",
            key=key,
            version_id="3HL4kqtJlcpXroDTDm",
            etag="9b2cf535f27731c974343645a3985328",
            size_bytes=1_048_576,
            sequencer="0055AED6DCD90281E5",
        )
        self.table.register(upload, now=self.clock(), detail="The upload was announced")
        self.clock.advance(1)
        return upload.asset_id

    def complete(self, key: str, *, is_public: bool = False) -> str:
        """Add an asset that was encoded, with captions of which one file can't be used, and return its id."""
        asset_id = self.upload(key)
        folder, name = attempt_folder(asset_id, 1, is_public=is_public), key.rpartition(".")[0]
        sized = {"width": 1280, "height": 720, "duration_ms": 10_000}
        self._advance(asset_id, AssetStatus.SUBMITTED, "The job was submitted")
        self._advance(asset_id, AssetStatus.PROCESSING, "The job began")
        self._advance(asset_id, AssetStatus.VERIFYING, "The job ended")
        self._advance(
            asset_id,
            AssetStatus.COMPLETE,
            "The outputs are there",
            outputs=[
                {"format": "HLS", "key": f"{folder}/cmaf/master.m3u8", **sized},
                {"format": "DASH", "key": f"{folder}/cmaf/master.mpd", **sized},
                {"format": "MP4", "key": f"{folder}/mp4/video_720p.mp4", **sized},
                {"format": "POSTER", "key": f"{folder}/thumbnails/thumbnail_640w.0000001.jpg"},
                {
                    "format": "CAPTIONS",
                    "key": f"{folder}/captions/en.vtt",
                    "language": "en",
                    "label": "English",
                    "source": f"{name}.en.srt",
                    "width": 0,
                    "height": 0,
                    "duration_ms": 10_000,
                },
            ],
            rejected_captions=[{"key": f"{name}.de.srt", "etag": "e", "message": "It has no cue."}],
        )
        self.table.records[asset_id] |= {
            "profile": "default",
            "source_info": SOURCE.as_record(),
            "quote_usd": "0.134250",
            "billed_usd": "0.132750",
        }
        if is_public:
            self.table.records[asset_id]["is_public"] = True
        return asset_id

    def fail(self, key: str, code: str = "NOT_A_MEDIA_FILE") -> str:
        """Add an asset that failed, and return its id."""
        asset_id = self.upload(key)
        error = failure(code).error(found="One of 3 is missing.")
        self._advance(asset_id, AssetStatus.FAILED, error.message, job_id=None, error=error)
        return asset_id

    def _advance(
        self, asset_id: str, status: AssetStatus, detail: str, job_id: str | None = JOB_ID, **facts: Any
    ) -> None:
        step = Transition(to=status, attempt=1, at=self.clock(), detail=detail, job_id=job_id, **facts)
        assert self.table.advance(asset_id, step) is not None
        self.clock.advance(1)
