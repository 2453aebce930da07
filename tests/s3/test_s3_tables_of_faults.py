"""The table of faults is what the words mean: which calls they strike, and with what. tests/lab/ has it with real clients."""

from __future__ import annotations

import pytest
from s3_tables import table

from condemu.core.calls import Call, Step
from condemu.s3.faults import FAULTS


def step(*, reads: bool) -> Step:
    return Step(lambda txn: None, lambda txn: (), reads=reads)


CONDITIONAL_WRITE = Call("s3", "PutObject", parameters={"Key": "k", "IfMatch": "*"}), step(reads=False)
OTHERS = [
    (Call("s3", "PutObject", parameters={"Key": "k"}), step(reads=False)),
    (Call("s3", "GetObject", parameters={"Key": "k", "IfMatch": "*"}), step(reads=True)),
]


@pytest.mark.parametrize("row", table("faults.py"), ids=lambda row: row["word"])
def test_a_word_means_its_answer_for_the_calls_that_it_strikes(row):
    status, code = row["answer"].split()
    struck = {"all": [CONDITIONAL_WRITE, *OTHERS], "writes with If-Match or If-None-Match": [CONDITIONAL_WRITE]}
    for call, at in [CONDITIONAL_WRITE, *OTHERS]:
        error = FAULTS[row["word"]](call, at)
        if (call, at) in struck[row["to which calls"]]:
            assert error is not None
            assert (error.row.status, error.row.code) == (int(status), code)
        else:
            assert error is None
