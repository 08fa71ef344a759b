"""Physics: pure kernels and build-time functions on numbers and small arrays in SI; no domain state."""
