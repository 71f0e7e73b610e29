"""The version: part of every fingerprint, so that a new engine never trusts what an old one built."""

__version__ = "0.1.0"
