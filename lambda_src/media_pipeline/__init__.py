"""Turn each uploaded video into HLS, DASH, MP4 and thumbnails: the code of the Lambda functions."""

# The one place that has it: the zip carries this file, and the bill of materials reads it.
__version__ = "0.1.0"
