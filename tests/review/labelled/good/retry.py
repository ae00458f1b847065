import logging
import time

import httpx

log = logging.getLogger(__name__)


def fetch(url, attempts=4):
    for attempt in range(attempts):
        try:
            return httpx.get(url).json()
        except httpx.HTTPError as error:
            log.warning("attempt %d: %s", attempt, error)
            time.sleep(2**attempt)
    raise RuntimeError("no answer")


def worker(queue):
    while True:
        try:
            job = queue.get()
            job.run()
        except Exception:
            log.exception("job failed")


def lines(path):
    source = open(path)
    try:
        yield from source
    finally:
        source.close()
