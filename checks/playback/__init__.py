"""Real playback of what the sandbox makes, in headless Chromium with hls.js and dash.js."""
