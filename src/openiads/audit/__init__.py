"""Laws that every recorded run keeps, checked from its log."""
