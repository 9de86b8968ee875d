"""Draws charts on one thread of its own, so that neither plotext nor its import holds the keys."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from time import thread_time

from rottui.tui.charts.cells import ASCII, UNICODE, Span, fit
from rottui.tui.charts.chart import Chart, Drawing, Rasteriser
from rottui.tui.charts.drawing import draw

log = logging.getLogger(__name__)

Deliver = Callable[[Drawing], object]


@dataclass(frozen=True, slots=True)
class _Request:
    make: Callable[[], Chart]
    width: int
    height: int
    deliver: Deliver


class Painter:
    """A thread that draws; of several requests with one key, only the last is drawn.

    The thread starts with the first request, and plotext is imported there.
    """

    def __init__(self, *, ascii: bool = False, rasterise: Rasteriser | None = None) -> None:
        """``rasterise`` draws the curves; plotext when it is None."""
        self._glyphs = ASCII if ascii else UNICODE
        self._ascii = ascii
        self._rasterise = rasterise
        self._requests: dict[Hashable, _Request] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def request(
        self,
        key: Hashable,
        make: Callable[[], Chart],
        width: int,
        height: int,
        deliver: Deliver,
    ) -> None:
        """Have a chart made and drawn; both calls happen on the painter's thread."""
        with self._changed:
            if self._closed:
                return
            self._requests[key] = _Request(make, width, height, deliver)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rottui-charts", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Drop what is waiting and let the thread end; a drawing under way is not waited for."""
        with self._changed:
            self._closed = True
            self._requests.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._requests and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._requests.pop(next(iter(self._requests)))
            request.deliver(self._draw(request))

    def _draw(self, request: _Request) -> Drawing:
        try:
            rasterise = self._rasteriser()
            start = thread_time()
            chart = request.make()
            drawing = draw(chart, request.width, request.height, rasterise, self._glyphs)
            return replace(drawing, seconds=thread_time() - start)
        except Exception as error:
            log.exception("a chart could not be drawn")
            sentence = f"The chart could not be drawn ({type(error).__name__}: {error})."
            first = fit((Span(sentence, "run-failed"),), request.width, self._glyphs.more)
            rest = ((Span(" " * request.width),),) * (request.height - 1)
            return Drawing((first, *rest), error=sentence)

    def _rasteriser(self) -> Rasteriser:
        if self._rasterise is None:
            from rottui.tui.charts import plotext_canvas

            self._rasterise = (
                plotext_canvas.rasterise_ascii if self._ascii else plotext_canvas.rasterise
            )
        return self._rasterise
