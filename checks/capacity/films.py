"""Assumptions about the films that people upload, and how fast MediaConvert encodes: change them here.

The sandbox can't tell what an encoder of AWS's takes. A job is taken to run as long as its film, and a
quarter of a minute longer.
"""

from __future__ import annotations

import itertools

# Lengths in minutes: between two neighbours lies an equal share of all films.
MINUTES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0)
MEAN_MINUTES = sum(low + high for low, high in itertools.pairwise(MINUTES)) / 2 / (len(MINUTES) - 1)
# Of MediaConvert's time for a film's length, and what each job takes beside it.
REAL_TIME_FACTOR = 1.0
JOB_SECONDS_BESIDE = 15.0
JOB_SECONDS = tuple(JOB_SECONDS_BESIDE + 60 * REAL_TIME_FACTOR * minutes for minutes in MINUTES)
MEAN_JOB_SECONDS = JOB_SECONDS_BESIDE + 60 * REAL_TIME_FACTOR * MEAN_MINUTES
# The default profile of a Full HD film: ten segments a minute of five videos and a sound, and stills.
FILES_A_MINUTE = 66
# An assumption: what EventBridge takes from a service to a queue.
DELIVERY_SECONDS = 0.5
