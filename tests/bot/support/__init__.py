"""Tests of the support check, one file a rule."""
