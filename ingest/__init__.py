"""Bytes to passages and commitments."""
