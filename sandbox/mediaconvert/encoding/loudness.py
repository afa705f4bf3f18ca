"""Bring sound to a loudness in two passes: measure a whole track, then change its level by one constant.

A constant gain keeps the dynamics. Only where it would lift peaks beyond the limit a limiter takes those, and
what it costs in loudness is measured and given back. Source: ITU-R BS.1770; EBU R 128.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import log10
from pathlib import Path

from sandbox.mediaconvert.encoding.ffmpeg import run_ffmpeg, source_arguments
from sandbox.mediaconvert.planning.audio_settings import AudioEncode, Loudness

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
# An AAC decoder gives back peaks that are a little above those that were encoded.
PEAK_MARGIN_DB = 1.0
OVERSAMPLED_HZ = 192_000
ACCURACY_LU = 0.2
MAX_LIMITED_PASSES = 6
# Of a decibel of gain a limiter leaves part; what it left before tells how much more is needed.
LEAST_EFFECT = 0.25
# What the meter says of silence, and of a clip shorter than its 0.4 s window.
UNMEASURED_LKFS = -70.0
SILENT_AMPLITUDE = 1e-9
FIRST_WHOLE_BLOCK = 3


@dataclass(frozen=True, slots=True)
class Correction:
    """Say how a track's level is changed.

    Attributes:
        limit_dbfs: Level at which peaks are taken; None where the gain lifts none so far.
    """

    gain_db: float
    limit_dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class _Level:
    """Hold what was measured of a whole track."""

    loudness_lkfs: float
    true_peak_dbfs: float


Corrections = Mapping[AudioEncode, Correction]


def sound_filters(encode: AudioEncode, correction: Correction | None) -> list[str]:
    """Return the filters that make an encode's samples from its stream.

    Mixing down to two channels follows ITU-R BS.775: center and surrounds by 3 dB less, no effects channel,
    the others as they are. MediaConvert has the same 3 dB as defaults for downmixing, and nothing documented
    lowers the whole mix; a limiter alone keeps a full one from clipping. A single channel is the mean of the
    two. Mixing up leaves the further channels silent.

    Source: botocore mediaconvert model, Eac3AtmosSettings.LoRoCenterMixLevel and LoRoSurroundMixLevel. That
    AAC is mixed by the same levels is not documented.
    """
    layout = LAYOUTS[encode.channels]
    steps = ["asetpts=N/SR/TB"] if encode.is_counted else []
    resampled = f"aresample={encode.sample_rate}:async=1:first_pts=0:osf=fltp"
    if encode.channels == 1 and encode.is_mixed_down:
        steps.append(f"{resampled}:ochl=stereo:rematrix_maxval=0")
        steps.append("aresample=ochl=mono:rematrix_maxval=1")
    else:
        steps.append(f"{resampled}:ochl={layout}:rematrix_maxval=0")
    if encode.is_mixed_down and encode.loudness is None:
        # Normalised sound has a limiter of its own, where its gain needs one.
        steps.append("alimiter=limit=1:level=0:latency=1")
    if correction is not None:
        steps.append(f"volume={correction.gain_db:.3f}dB:precision=float")
        if correction.limit_dbfs is not None:
            amplitude = 10 ** (correction.limit_dbfs / 20)
            steps += [
                f"aresample={OVERSAMPLED_HZ}",
                f"alimiter=limit={amplitude:.5f}:level=0:latency=1",
                f"aresample={encode.sample_rate}",
            ]
    if encode.seconds is not None:
        seconds = f"{float(encode.seconds):.6f}"
        steps += [f"apad=whole_dur={seconds}", f"atrim=end={seconds}"]
    return [*steps, f"aformat=channel_layouts={layout}"]


def corrections(
    encodes: Iterable[AudioEncode], source_path: Path, folder: Path, threads: int, cancelled: threading.Event
) -> Corrections:
    """Measure the tracks that are to be normalised and say how each is corrected; costs nothing without any.

    Raises:
        JobError: The source is damaged.
        Cancelled: ``cancelled`` was set.
    """
    by_sound: dict[AudioEncode, list[AudioEncode]] = {}
    for encode in encodes:
        if encode.loudness is not None:
            by_sound.setdefault(replace(encode, bitrate_bps=0, language=None), []).append(encode)

    def measured(wanted: Mapping[AudioEncode, Correction | None]) -> dict[AudioEncode, _Level]:
        return _measured(wanted, source_path, folder, threads, cancelled)

    first = measured(dict.fromkeys(by_sound)) if by_sound else {}
    found = {sound: one for sound, level in first.items() if (one := _first(sound, level)) is not None}
    limited = {sound: one for sound, one in found.items() if one.limit_dbfs is not None}
    # Without a limiter a gain of nothing would give this loudness.
    before = {sound: (0.0, first[sound].loudness_lkfs) for sound in limited}
    for _ in range(MAX_LIMITED_PASSES):
        for sound, level in (measured(limited) if limited else {}).items():
            gain, missing = limited[sound].gain_db, _target(sound).target_lkfs - level.loudness_lkfs
            if abs(missing) <= ACCURACY_LU:
                del limited[sound]
                continue
            slope = (level.loudness_lkfs - before[sound][1]) / ((gain - before[sound][0]) or 1.0)
            before[sound] = gain, level.loudness_lkfs
            corrected = gain + missing / min(1.0, max(LEAST_EFFECT, slope))
            found[sound] = limited[sound] = replace(limited[sound], gain_db=corrected)
    return {encode: found[sound] for sound in found for encode in by_sound[sound]}


def _target(sound: AudioEncode) -> Loudness:
    assert sound.loudness is not None
    return sound.loudness


def _first(sound: AudioEncode, level: _Level) -> Correction | None:
    target = _target(sound)
    gate = UNMEASURED_LKFS if target.gate_lkfs is None else float(target.gate_lkfs)
    if level.loudness_lkfs <= max(UNMEASURED_LKFS, gate):
        return None
    gain, limit = target.target_lkfs - level.loudness_lkfs, target.true_peak_dbfs - PEAK_MARGIN_DB
    return Correction(gain, limit if level.true_peak_dbfs + gain > limit else None)


def _measured(
    wanted: Mapping[AudioEncode, Correction | None],
    source_path: Path,
    folder: Path,
    threads: int,
    cancelled: threading.Event,
) -> dict[AudioEncode, _Level]:
    filters, outputs = [], []
    for number, (sound, correction) in enumerate(wanted.items()):
        meter = ["ebur128=metadata=1:peak=true:framelog=quiet", f"ametadata=mode=print:file=l{number}.txt"]
        steps = ",".join([*sound_filters(sound, correction), *meter])
        filters.append(f"[0:{sound.stream_index}]{steps}[l{number}]")
        outputs += ["-map", f"[l{number}]", "-f", "null", "-"]
    graph = ["-filter_complex_threads", "1", "-filter_complex", ";".join(filters)]
    run_ffmpeg(
        [*source_arguments(source_path, threads), *graph, *outputs], folder=folder, cancelled=cancelled
    )
    levels = {}
    for number, sound in enumerate(wanted):
        path = folder / f"l{number}.txt"
        levels[sound] = _read(path, is_gated=_target(sound).is_gated)
        path.unlink()
    return levels


def _read(path: Path, *, is_gated: bool) -> _Level:
    """Read a meter's log: of the running values the last counts, and ungated the mean of all blocks does."""
    integrated, peak, powers = UNMEASURED_LKFS, 0.0, []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            name, _, value = line.strip().partition("=")
            if name == "lavfi.r128.I":
                integrated = float(value)
            elif name == "lavfi.r128.M":
                powers.append(10 ** (float(value) / 10))
            elif name == "lavfi.r128.true_peak":
                peak = float(value)
    whole = powers[FIRST_WHOLE_BLOCK:]
    if not is_gated and whole:
        integrated = 10 * log10(max(sum(whole) / len(whole), SILENT_AMPLITUDE))
    return _Level(integrated, 20 * log10(max(peak, SILENT_AMPLITUDE)))
