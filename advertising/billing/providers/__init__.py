"""Providers of card payments."""
