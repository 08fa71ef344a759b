"""The independent auditor: laws that every event log keeps, whatever the scenario, in SQL and a physics of its own."""
