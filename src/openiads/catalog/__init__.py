"""What is known of systems, and who said so: values with interval, source and status."""
