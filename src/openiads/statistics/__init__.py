"""Estimates and intervals; knows no column of openiads."""
