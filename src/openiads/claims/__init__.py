"""Sentences about air defense as studies: stated rules, evidence, verdicts."""
