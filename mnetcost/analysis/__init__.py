"""The questions that are asked of a network, a package each. Answers are plain records."""
