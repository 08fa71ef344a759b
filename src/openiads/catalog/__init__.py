"""What is known of systems, and who said so: values with interval, source and status."""

from openiads.base.packages import callable_as

callable_as(__name__, "openiads.catalog.load", "catalog")
