"""The engine: claims runs from the store, trains them in worker threads, lets go of them.

What is promised to survive what:

- **The kill of the process, a loss of power**: every committed epoch. The run goes back into the
  queue when its worker is seen to be dead, or 30 s after its last beat, and goes on from its last
  checkpoint (at most ``SAVE_SECONDS`` and an epoch old) to the same bits as without the kill.
- **A full or read-only disk, a store that others hold** (also a process that was stopped within a
  commit, for as long as it is): the worker waits where it stands, with the finished epoch in
  memory, tries again every ``RETRY_SECONDS``, and says what it waits for
  (``Engine.trouble``). Nothing is trained twice. A pause or a cancel that is wished meanwhile is
  done after that epoch is written. Asked to stop, it tries once more, and else leaves the run as
  its last commit has it. An engine that cannot sign on as it starts waits in the same way.
- **A damaged checkpoint**: the one before, else the start; to the same bits, since a run's course
  follows from its config alone. What was refused is forgotten at the next save and never kept as
  ``previous``; the sound one stays until there are two newer ones.
- **A machine that slept**: a worker whose run was taken over stops at its next look or write, and
  changes nothing.
- **A run that fails by itself**: the worker goes on with the next one.
"""
