"""What an asset costs beside its encoding: the pipeline's own work by service, storage, delivery."""
