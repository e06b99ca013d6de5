"""What the operators of each format are: a table a format, from their names to the rules."""
