"""Turn each uploaded video into HLS, DASH, MP4 and thumbnails: the code of the Lambda functions."""
