"""Tests of the evaluations that ask a model."""
