"""Charts: series are made safe and small, drawn, and turned into lines of the screen."""
