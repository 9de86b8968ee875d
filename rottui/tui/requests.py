"""What a pane has asked the app for: numbered, so that a late answer is known for one."""

from __future__ import annotations


class Requests:
    """The bookkeeping of one pane's requests and answers, and what it says meanwhile."""

    def __init__(self) -> None:
        self.unasked = True
        """Whether nobody has been asked yet for what the pane should show."""
        self.problem = ""
        """Why there is no answer to the last request, as one sentence."""
        self.waiting_for = ""
        """What the answer waits for, such as the images."""
        self._asked = 0
        """Number of the last request."""
        self._answered = 0
        """Number of the newest answer."""
        self._dropped = 0
        """Number of the last request whose answer nobody wants any more."""

    @property
    def pending(self) -> bool:
        """Whether the last request has no answer yet."""
        return self._answered < self._asked

    def ask(self, *, seen: bool) -> int | None:
        """The number of a new request; None for a pane that is hidden: it asks when it is seen."""
        self.unasked = not seen
        if self.unasked:
            return None
        self._asked += 1
        self.problem = ""
        return self._asked

    def drop(self) -> None:
        """From now on, answers to what was asked so far are no news."""
        self._dropped = self._answered = self._asked
        self.problem = self.waiting_for = ""

    def take(self, number: int | None) -> bool:
        """Whether an answer is news: not older than one that came before it.

        ``number`` is that of the request; the last one when None.
        """
        if not self._is_news(number):
            return False
        self.problem = self.waiting_for = ""
        return True

    def fail(self, sentence: str, number: int | None) -> bool:
        """The same for a request that has no answer, and why."""
        if not self._is_news(number):
            return False
        self.problem, self.waiting_for = sentence, ""
        return True

    def _is_news(self, number: int | None) -> bool:
        number = self._asked if number is None else number
        if not max(self._answered, self._dropped + 1) <= number <= self._asked:
            return False
        self._answered = number
        return True
