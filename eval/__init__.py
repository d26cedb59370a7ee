"""Reference questions, measures, runs, reports and comparison."""
