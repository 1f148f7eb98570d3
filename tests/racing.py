"""Many at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(works: list[Callable[[], str]]) -> Counter[str]:
    """Start all at the same moment; how often each was told what."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], str]) -> str:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(run, works))
