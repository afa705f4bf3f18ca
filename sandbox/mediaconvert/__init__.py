"""Serve the MediaConvert API on one machine, transcoding with ffmpeg.

How a request flows:

    __main__ -> server -> api -> jobs, queues, templates, tagging -> store (SQLite)
                           |-> validation (shapes from botocore's model), settings_rules (what the model can't say)
    runner (bounded, by priority) -> s3 (assumed role) -> transcode -> s3 -> events (EventBridge)

``model`` holds the types that the API half and the media half (probe, plan, transcode, package) share.
"""
