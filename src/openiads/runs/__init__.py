"""Replications in bulk: computed on threads or a cluster, kept in folders that survive anything, summed up."""
