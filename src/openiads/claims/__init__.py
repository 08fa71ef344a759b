"""Sentences about air defense as studies: stated rules, evidence, verdicts."""

from openiads.base.packages import callable_as

callable_as(__name__, "openiads.faces.api", "claims")
