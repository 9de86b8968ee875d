"""The run store: one SQLite file and a folder of checkpoints, the only truth about runs.

What is promised to survive what:

- **The kill of any process, at any moment**: every committed transaction; one that was under way
  leaves no trace. An epoch is one transaction (metrics, progress, lease, the rows of its
  checkpoints), and so is a claim. SQLite's write-ahead log (``journal_mode=WAL``) is what makes it
  so, whatever the other settings.
- **A process that is stopped, not killed, within a commit** (SIGSTOP, a debugger, a frozen
  container): it keeps the write lock. Others go on reading; who wants to write is refused after
  ``BUSY_SECONDS`` with a sentence that says so, and workers wait with what they have (below). It
  ends when the process goes on, or is killed: the lock is the kernel's and goes with the process.
- **A loss of power**: the same, by ``synchronous=FULL``, which syncs the log at each commit
  (0.14 ms), as far as the disk keeps what it says it has written. (Not promised on macOS, where
  ``fsync`` leaves the drive's own cache as it is.) A checkpoint is written beside its name, synced,
  renamed, its folder synced, and only then named by a row.
- **A full or read-only disk**: a transaction that finds no room is rolled back whole; the worker
  keeps its epoch and commits it when there is room (``rottui.engine``).
- **A machine that slept, a clock that was set**: leases count on a clock that does neither
  (``clock``), and every write of a worker names its attempt, so that one who lost its run changes
  nothing. Leases of an earlier boot are over.
- **Damage of the file**: found at the latest when the page is read, mostly at opening (``health``);
  the file is then refused and not changed. ``repair`` saves what can be read into a new file, and
  makes runs whose row is lost again (``remaking``).
- **A damaged checkpoint**: its SHA-256 tells, and the one before takes its place; it is forgotten
  before the next one is recorded, and never becomes ``previous`` itself.
- **Older and newer versions**: numbered migrations, one transaction each (``schema``); a store of a
  newer rottui is refused with the version that it needs, and not changed.

All this holds on one machine and a local disk. The folder and the files in it are made for their
owner alone (0700, 0600). Whatever is read is taken for possibly damaged or hostile: text that would
steer a terminal is marked (``plain``), values of a wrong type make a run that says so, names of
files lead nowhere but into the folder of checkpoints, and these are weights only.
"""
