"""Several runs as one question: comparisons, sweeps, parameter uncertainty, sensitivity."""
