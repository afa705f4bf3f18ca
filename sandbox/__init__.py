"""Run the whole pipeline on one machine: a local AWS, a MediaConvert endpoint, and commands around them."""
