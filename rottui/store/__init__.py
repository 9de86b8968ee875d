"""The run store: one SQLite file and a folder of checkpoints, the only truth about runs."""
