"""Answers as pages: one HTML file each, readable without a network."""
