"""Check the rules of sound in job settings that the service model can't say.

Pure: outputs in wire format go in, errors come out. Shapes, ranges and enums were checked before.
"""

import re
from collections.abc import Iterator

from sandbox.mediaconvert.api.validation import InvalidMember, Path
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.planning.manifest_settings import named_groups, rendition_settings

_MEMBERS = {
    "AAC": "aacSettings",
    "AC3": "ac3Settings",
    "AC4": "ac4Settings",
    "AIFF": "aiffSettings",
    "EAC3": "eac3Settings",
    "EAC3_ATMOS": "eac3AtmosSettings",
    "FLAC": "flacSettings",
    "MP2": "mp2Settings",
    "MP3": "mp3Settings",
    "OPUS": "opusSettings",
    "VORBIS": "vorbisSettings",
    "WAV": "wavSettings",
}
# Source: the model's documentation of AacSettings.bitrate, in kb/s.
_AAC_KBPS = (
    *(6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 288, 320),
    *(384, 448, 512, 576, 640, 768, 896, 1024),
)
_AAC_SAMPLE_RATES = (8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)
# The lowest and the highest bitrate of profile LC at a constant bitrate, in kb/s, by sample rate.
# Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/aac-support.html; what isn't here is not checked.
_AAC_LC_KBPS: dict[str, dict[int, tuple[int, int]]] = {
    "CODING_MODE_1_0": {
        8000: (8, 14),
        12000: (8, 14),
        16000: (8, 28),
        22050: (24, 28),
        24000: (24, 28),
        32000: (32, 192),
        44100: (56, 256),
        48000: (56, 288),
        88200: (288, 288),
        96000: (128, 288),
    },
    "CODING_MODE_2_0": {
        8000: (16, 20),
        12000: (16, 20),
        16000: (16, 32),
        22050: (32, 32),
        24000: (32, 32),
        32000: (40, 384),
        44100: (64, 512),
        48000: (64, 576),
    },
    # The lower ends of these were not confirmed.
    "CODING_MODE_5_1": {44100: (6, 640), 48000: (6, 768)},
}
# The codecs of outputs without a picture, by container; others of file outputs are not judged. Source:
# MediaConvert guide, "Output codecs and containers supported for audio-only", where CMAF is missing.
_AUDIO_ONLY = {
    "CMFC": frozenset[str](),
    "M3U8": frozenset({"AAC", "AC3"}),
    "MPD": frozenset({"AAC", "AC3", "EAC3", "EAC3_ATMOS"}),
    "MP4": frozenset({"AAC", "AC3", "EAC3"}),
    "M2TS": frozenset({"AAC", "AC3", "EAC3", "MP2"}),
}
# ISO 639-2 and 639-3. Source: the model's documentation of AudioDescription.CustomLanguageCode.
_FILE_LANGUAGE = re.compile(r"[A-Za-z]{3}")


def output_errors(output: Document, path: Path, *, is_file: bool) -> Iterator[InvalidMember]:
    """Yield what forbids the sound of one output."""
    for track, audio in enumerate(output.get("audioDescriptions", [])):
        audio_path = (*path, "audioDescriptions", track)
        yield from _codec_errors(audio, audio_path)
        language = audio.get("customLanguageCode")
        if is_file and language is not None and not _FILE_LANGUAGE.fullmatch(language):
            message = "Should be an ISO 639-2 or ISO 639-3 code in FILE_GROUP_SETTINGS"
            yield InvalidMember((*audio_path, "customLanguageCode"), message)


def audio_only_errors(outputs: list[Document], path: Path, *, is_file: bool) -> Iterator[InvalidMember]:
    """Yield what forbids outputs of sound where no picture is, in the file or in all of a streaming group."""
    if not is_file and any("videoDescription" in output for output in outputs):
        return
    for index, output in enumerate(outputs):
        container = output.get("containerSettings", {}).get("container")
        if "videoDescription" in output or container not in _AUDIO_ONLY:
            continue
        for audio in output.get("audioDescriptions", []):
            if audio.get("codecSettings", {}).get("codec") not in _AUDIO_ONLY[container]:
                allowed = ", ".join(sorted(_AUDIO_ONLY[container])) or "nothing: make it in HLS or DASH ISO"
                place = (*path, "outputs", index, "containerSettings", "container")
                yield InvalidMember(place, f"Without video, {container} holds {allowed}")


def rendition_errors(outputs: list[Document], path: Path) -> Iterator[InvalidMember]:
    """Yield the names of audio groups that pictures are to play with and that no output is in."""
    known = {rendition_settings(output).audio_group for output in outputs if "videoDescription" not in output}
    for index, output in enumerate(outputs):
        for holder, member in (("containerSettings", "cmfcSettings"), ("outputSettings", "hlsSettings")):
            for name in named_groups(output.get(holder, {}).get(member, {})):
                if name not in known:
                    place = (*path, "outputs", index, holder, member, "audioRenditionSets")
                    yield InvalidMember(place, f"No output of this group has the audioGroupId {name}")


def _codec_errors(audio: Document, path: Path) -> Iterator[InvalidMember]:
    settings, settings_path = audio.get("codecSettings", {}), (*path, "codecSettings")
    codec = settings.get("codec")
    if codec is None:
        yield InvalidMember(settings_path, "codec is a required property")
        return
    member = _MEMBERS.get(codec)
    if member and member not in settings:
        yield InvalidMember(settings_path, f"{member} is a required property when codec is {codec}")
    elif codec == "AAC":
        yield from _aac_errors(settings["aacSettings"], (*settings_path, "aacSettings"))


def _aac_errors(settings: Document, path: Path) -> Iterator[InvalidMember]:
    for required in ("codingMode", "sampleRate"):
        if required not in settings:
            yield InvalidMember(path, f"{required} is a required property")
    is_constant = settings.get("rateControlMode", "CBR") == "CBR"
    if is_constant and "bitrate" not in settings:
        yield InvalidMember(path, "bitrate is a required property when rateControlMode is CBR")
    rate, bitrate = settings.get("sampleRate", 48000), settings.get("bitrate")
    if bitrate is not None and (bitrate % 1000 or bitrate // 1000 not in _AAC_KBPS):
        yield InvalidMember((*path, "bitrate"), "Should be a bitrate that AAC has, such as 96000 or 128000")
    elif bitrate is not None and is_constant and settings.get("codecProfile", "LC") == "LC":
        mode = settings.get("codingMode", "")
        lowest, highest = _AAC_LC_KBPS.get(mode, {}).get(rate, (0, _AAC_KBPS[-1]))
        if not lowest <= bitrate // 1000 <= highest:
            allowed = f"{lowest}000 to {highest}000 with profile LC, {mode} and sample rate {rate}"
            yield InvalidMember((*path, "bitrate"), f"Should be in the range of {allowed}")
    if rate not in _AAC_SAMPLE_RATES:
        yield InvalidMember(
            (*path, "sampleRate"), f"Should be one of {', '.join(map(str, _AAC_SAMPLE_RATES))}"
        )
