"""Presets and profiles in SSM parameters."""

import time
from collections.abc import Callable
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import NotFoundError, PresetsInvalidError
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.profiles import PresetDocuments, Profiles


class SsmPresetStore:
    """Read presets and profiles from SSM; a warm function reads them again once a minute.

    Those with faults it reads again sooner, for uploads wait.
    """

    def __init__(
        self,
        client: Any,
        *,
        presets_path: str,
        profiles_parameter: str,
        max_age_seconds: float = 60,
        max_fault_age_seconds: float = 15,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._presets_path = presets_path.rstrip("/")
        self._profiles_parameter = profiles_parameter
        self._max_age_seconds = max_age_seconds
        self._max_fault_age_seconds = max_fault_age_seconds
        self._monotonic = monotonic
        self._read_again_at = 0.0
        self._current: tuple[Presets, Profiles] | PresetsInvalidError | None = None

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles in force.

        Raises PresetsInvalidError where a document is missing or has faults: uploads then wait.
        """
        now = self._monotonic()
        if self._current is None or now >= self._read_again_at:
            documents = self.documents()
            try:
                self._current, age = documents.parsed(), self._max_age_seconds
            except PresetsInvalidError as invalid:
                self._current, age = invalid, self._max_fault_age_seconds
            self._read_again_at = now + age
        if isinstance(self._current, PresetsInvalidError):
            raise PresetsInvalidError(self._current.faults)
        return self._current

    def documents(self) -> PresetDocuments:
        """Return the documents as they are now."""
        with aws_errors("reading the presets"):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=self._presets_path)
            documents = {
                parameter["Name"].removeprefix(f"{self._presets_path}/"): parameter["Value"]
                for page in pages
                for parameter in page["Parameters"]
            }
        return PresetDocuments(presets=documents, profiles=self._profiles())

    def _profiles(self) -> str | None:
        try:
            with aws_errors("reading the profiles"):
                value = self._client.get_parameter(Name=self._profiles_parameter)["Parameter"]["Value"]
        except NotFoundError:
            return None
        return str(value)
