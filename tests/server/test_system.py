"""Names for requests, from whichever thread they are asked."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from condemu.server.system import RequestIds, SystemIds


def test_no_two_threads_are_given_one_request_id() -> None:
    ids, each = RequestIds(SystemIds()), 4000
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            pairs = [pair for some in pool.map(lambda _: [ids.next() for _ in range(each)], range(8)) for pair in some]
    finally:
        sys.setswitchinterval(interval)
    assert len({request_id for request_id, _ in pairs}) == len({host_id for _, host_id in pairs}) == 8 * each


def test_request_ids_look_like_those_of_aws() -> None:
    request_id, host_id = RequestIds(SystemIds()).next()
    assert len(request_id) == 16
    assert request_id.isalnum()
    assert request_id == request_id.upper()
    assert len(host_id) == 76
