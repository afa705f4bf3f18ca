"""Give every case's source to the deployed pipeline, and examine each as soon as its asset has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from checks.corpus.cases.case import Case
from checks.corpus.examination.examination import Evidence, Result, examine
from checks.corpus.sources.made import make_source
from sandbox.demo import assets
from sandbox.demo.assets import Names, Upload
from sandbox.demo.clip import CLIPS_FOLDER
from sandbox.demo.run import OUTPUTS_OUTPUT, TABLE_OUTPUT, UPLOADS_OUTPUT
from sandbox.deployment.deploy import Deployment
from sandbox.runtime.endpoints import Clients
from sandbox.runtime.errors import StalledError
from sandbox.runtime.folder import Folder

SOURCES_FOLDER = CLIPS_FOLDER.with_name("corpus-sources")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where the pipeline is deployed.

    Attributes:
        folder: Downloads go below it.
        check: Raises where a server has ended.
    """

    clients: Clients
    names: Names
    folder: Folder
    check: Callable[[], None]

    @classmethod
    def of(cls, clients: Clients, deployment: Deployment, folder: Folder, check: Callable[[], None]) -> Place:
        """Read the names of what is deployed."""
        names = Names(
            uploads=deployment.output(UPLOADS_OUTPUT),
            outputs=deployment.output(OUTPUTS_OUTPUT),
            table=deployment.output(TABLE_OUTPUT),
        )
        return cls(clients, names, folder, check)


def made_sources(cases: Sequence[Case], on_source: Callable[[int, str], None]) -> dict[str, Path]:
    """Make every case's source, and what it is compared with; return the sources by the cases' names."""
    made = {}
    for number, case in enumerate(cases):
        on_source(number, case.name)
        made[case.name] = make_source(SOURCES_FOLDER, case.recipe)
        if case.outcome.status == "COMPLETE":
            make_source(SOURCES_FOLDER, case.recipe.original)
    return made


def upload(place: Place, case: Case, source: Path) -> Upload:
    """Upload a case's captions, then its source with the profile that it asks for."""
    s3, bucket = place.clients.s3(), place.names.uploads
    for captions in case.captions:
        key = case.key.removesuffix(case.recipe.suffix) + captions.suffix
        s3.put_object(Bucket=bucket, Key=key, Body=captions.body)
    metadata = {"profile": case.profile} if case.profile else {}
    answer = s3.put_object(Bucket=bucket, Key=case.key, Body=source.read_bytes(), Metadata=metadata)
    return Upload(Path(case.key), case.key, answer["VersionId"], time.time())


def run(
    place: Place,
    cases: Sequence[Case],
    sources: dict[str, Path],
    *,
    on_result: Callable[[Result], None],
    on_look: Callable[[Sequence[Upload], int], None],
) -> list[Result]:
    """Upload all sources at once, and return the cases' results in the table's order.

    Args:
        place: The deployed pipeline.
        cases: The table.
        sources: Each case's file.
        on_result: Called with each case as soon as it was examined.
        on_look: Called after each look, with the uploads and the number of examined cases.
    """
    uploads = [upload(place, case, sources[case.name]) for case in cases]
    begun: dict[str, Future[Result]] = {}

    # One at a time: the transcodes of the other cases go on beside it.
    with ThreadPoolExecutor(max_workers=1) as examiner:

        def examined(case: Case, each: Upload) -> None:
            begun[case.name] = examiner.submit(_examined, place, case, each)
            begun[case.name].add_done_callback(lambda done: on_result(done.result()))

        def look() -> None:
            for case, each in zip(cases, uploads, strict=True):
                if each.status in assets.TERMINAL and case.name not in begun:
                    examined(case, each)
            on_look(uploads, sum(future.done() for future in begun.values()))

        try:
            assets.follow(place.clients, place.names, uploads, place.folder, look, place.check)
        except StalledError:
            # Those that came to no end are examined as they are.
            place.check()
        for case, each in zip(cases, uploads, strict=True):
            if case.name not in begun:
                examined(case, each)
        while not all(future.done() for future in begun.values()):
            time.sleep(0.3)
            on_look(uploads, sum(future.done() for future in begun.values()))
    return [begun[case.name].result() for case in cases]


def _examined(place: Place, case: Case, each: Upload) -> Result:
    if each.record:
        assets.download(place.clients, place.names.outputs, each, place.folder)
    ended = each.record.get("completed_at") or each.record.get("updated_at")
    evidence = Evidence(
        original=make_source(SOURCES_FOLDER, case.recipe.original),
        record=each.record,
        folder=place.folder.outputs,
        job_settings=_job_settings(place, each),
        tags=_tags(place, each),
        seconds=datetime.fromisoformat(str(ended)).timestamp() - each.uploaded_at if ended else None,
    )
    return examine(case, evidence)


def _tags(place: Place, each: Upload) -> dict[str, str]:
    found = place.clients.s3().get_object_tagging(
        Bucket=place.names.uploads, Key=each.key, VersionId=each.version_id
    )
    return {tag["Key"]: tag["Value"] for tag in found["TagSet"]}


def _job_settings(place: Place, each: Upload) -> Mapping[str, Any] | None:
    job_id = each.record.get("job_id")
    if job_id is None:
        return None
    settings: Mapping[str, Any] = place.clients.mediaconvert().get_job(Id=job_id)["Job"]["Settings"]
    return settings
