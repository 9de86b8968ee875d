"""The benchmark: rottui against the experiment's notebook loop, on this machine, in one run."""
