"""Counts to reports: which tables, which columns, which notes, and the documents for programs."""
