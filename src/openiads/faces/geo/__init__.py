"""Answers as files for geographic programs."""
