"""Serve the MediaConvert API on one machine, transcoding with ffmpeg.

How a request flows:

    __main__ -> service -> api -> jobs, queues, templates, tagging, probes -> store
                           |-> validation (shapes of the model), settings_rules (what it can't say)
    runner (bounded, by priority) -> s3 (assumed role) -> transcode -> s3
    jobs -> events -> outbox -> EventBridge

``faults`` wraps these so that they fail as configured, and ``instant`` makes outputs up without ffmpeg.
``model`` holds the types that the API half and the media half (probe, plan, transcode, package) share.
"""
