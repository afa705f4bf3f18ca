"""Each fix that MiniStack 1.5.33 needs so that the real provider and a real pipeline run on it.

One file a fix; its docstring gives the reason. They reach into private functions, which is why the version
is pinned: ``aws_server`` refuses to start on another one.
"""

from __future__ import annotations

from sandbox.aws_fixes import (
    alarms,
    function_isolation,
    job_templates,
    object_created_version,
    object_versions_encoding,
    queue_urls,
    service_events,
    state_saving,
)


def apply(mediaconvert_url: str) -> None:
    """Put every fix into the MiniStack of this process.

    Args:
        mediaconvert_url: The endpoint that CloudFormation's job templates are created on.
    """
    alarms.apply()
    object_versions_encoding.apply()
    object_created_version.apply()
    queue_urls.apply()
    service_events.apply()
    function_isolation.apply()
    state_saving.apply()
    job_templates.apply(mediaconvert_url)
