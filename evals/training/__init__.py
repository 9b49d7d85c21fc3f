"""Trains the reader. Read `README.md` first; nothing here is needed to use Dateline."""
