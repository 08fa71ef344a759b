"""What geometry and physics allow without drawing anything: coverage, envelopes, footprints, keep-out maps."""
