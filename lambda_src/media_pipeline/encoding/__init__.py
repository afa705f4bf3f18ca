"""From presets and a source to the settings of a MediaConvert job."""
