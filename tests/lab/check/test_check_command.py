"""`condemu check`, the forms that it prints, and the picture that it draws."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from histories import PLANTS, history

from condemu import cli
from condemu.lab.checker import check
from condemu.lab.exports import edn, porcupine
from condemu.lab.findings import together
from condemu.lab.history import ABSENT, COMMITTED, FAIL, INFO, OK, REFUSED, Effect, Entry, Unreadable, merged, read, write
from condemu.lab.pictures import svg


def saved(path: Path, entries: list[Entry]) -> str:
    with open(path, "w", encoding="utf-8") as file:
        write(entries, file)
    return str(path)


@pytest.fixture
def planted(tmp_path: Path) -> str:
    return saved(tmp_path / "planted.jsonl", history(3, plant="lost_update")[0])


@pytest.fixture
def clean(tmp_path: Path) -> str:
    return saved(tmp_path / "clean.jsonl", history(3, steps=100)[0])


def test_a_clean_history_ends_with_0_and_one_with_findings_with_1(planted, clean, capsys):
    assert cli.main(["check", clean]) == 0
    assert capsys.readouterr().out.endswith("nothing found.\n")
    assert cli.main(["check", planted]) == 1
    assert "lost update: ann's" in capsys.readouterr().out


def test_without_a_verdict_it_does_not_end_with_0(tmp_path, capsys):
    entries = [entry for entry in history(3, known=False, actors=12, keys=1)[0] if entry.number % 7]
    told = saved(tmp_path / "told.jsonl", entries)
    assert cli.main(["check", told, "--steps", "-600"]) == 1
    assert "unknown: things/0 has too many orders to try within the limit." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "line 1: no JSON"),
        ("[]", "line 1: an entry is a JSON object"),
        ('{"number": 1}\n\n{}', "line 3: an entry has a number"),
        ('{"number": 1, "told": "maybe"}', "told is ok, fail or info, not 'maybe'"),
        ('{"number": 1, "actor": 5}', "actor cannot be 5"),
        ('{"number": 1, "effects": [{}]}', "an effect has a resource"),
        ('{"number": 1, "effects": [5]}', "an effect has a resource"),
        ('{"number": 1, "effects": [{"resource": "s3:b/k", "left": 5}]}', "left cannot be 5"),
        ('{"number": 1, "effects": [{"resource": "s3:b/k", "changes": [5]}]}', "changes are names"),
        ('{"number": 1, "marks": {"received": 5}}', "line 1: "),
        ('{"number": 1, "marks": {"received": ["a", "b"]}}', "line 1: "),
        ('{"number": true}', "an entry has a number"),
    ],
)
def test_what_is_no_history_ends_with_2_and_says_where(tmp_path, capsys, text, problem):
    (tmp_path / "bad.jsonl").write_text(text)
    assert cli.main(["check", str(tmp_path / "bad.jsonl")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"condemu: {tmp_path}/bad.jsonl: line ")
    assert problem in said


def test_a_file_that_is_not_there_or_is_no_text_ends_with_2(tmp_path, capsys, clean):
    assert cli.main(["check", str(tmp_path / "nothing.jsonl")]) == 2
    assert capsys.readouterr().err == f"condemu: {tmp_path}/nothing.jsonl: No such file or directory\n"
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    assert cli.main(["check", str(tmp_path / "bytes.jsonl")]) == 2
    assert cli.main(["check", clean, "--svg", str(tmp_path / "no" / "where.svg")]) == 2


def test_a_field_of_a_later_version_is_passed_over():
    assert list(read(['{"number": 1, "news": 5, "effects": [{"resource": "s3:b/k", "more": 1}]}'])) == [
        Entry(1, effects=(Effect("s3:b/k"),))
    ]


def test_several_files_are_one_history(tmp_path, capsys):
    entries, _ = history(5, plant="stale_read", known=False)
    halves = [[entry for entry in entries if (entry.actor < "b") is first] for first in (True, False)]
    files = [saved(tmp_path / f"{place}.jsonl", half) for place, half in enumerate(halves)]
    assert cli.main(["check", *files]) == 1
    assert "not linearizable: No order of the calls explains carl's" in capsys.readouterr().out
    numbers = [entry.number for entry in merged(halves)]
    assert len(set(numbers)) == len(numbers) == len(entries)


def test_findings_as_json_name_who_and_what(planted, capsys):
    assert cli.main(["check", planted, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert {(one["kind"], one["actor"]) for one in told["findings"]} >= {("lost update", "ann")}
    assert all(one["accused"] in one["entries"] for one in told["findings"])


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_a_picture_is_a_document_in_which_everything_has_its_place(name):
    report = check(history(11, plant=name)[0])
    root = ElementTree.fromstring(svg(report))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    bars = [one for one in root.iter("{http://www.w3.org/2000/svg}rect") if "rx" in one.attrib]
    assert len(bars) == sum(len(group[0].entries) for group in together(report.findings))
    for bar in bars:
        x, y, wide, high = (float(bar.attrib[side]) for side in ("x", "y", "width", "height"))
        assert 0 <= x < x + wide <= width
        assert 0 <= y < y + high <= height
    assert any(bar.attrib["stroke"] == "#c62828" for bar in bars)


def lines() -> list[Entry]:
    """A create-once without an answer, one that is refused, a read, a deletion."""
    key = "s3:locks/leader"
    made = Effect(key, True, ABSENT, ABSENT, left="abc", index=1, outcome=COMMITTED)
    refused = Effect(key, True, ABSENT, "abc", found_by=1, found_number=1, index=1, outcome=REFUSED, code="PreconditionFailed")
    seen = Effect(key, False, "", "abc", found_by=1, found_number=1, index=1, outcome=COMMITTED)
    gone = Effect(key, True, "abc", "abc", found_by=1, found_number=1, left=ABSENT, index=2, outcome=COMMITTED)
    return [
        Entry(1, "ann", "s3", "PutObject", marks={"received": (1, 0.0)}, effects=(made,), told=INFO, how="lost"),
        Entry(2, "ann", "s3", "PutObject", marks={"received": (2, 0.0), "replied": (3, 0.0)}, effects=(refused,), told=FAIL,
              status=412, code="PreconditionFailed"),
        Entry(3, "ben", "s3", "GetObject", marks={"received": (4, 0.0), "replied": (5, 0.0)}, effects=(seen,), told=OK),
        Entry(4, "ben", "s3", "DeleteObject", marks={"received": (6, 0.0), "replied": (7, 0.0)}, effects=(gone,), told=OK),
    ]  # fmt: skip


CREATE = '[:r "s3:locks/leader" nil] [:w "s3:locks/leader" "abc"]'
REFUSED_CREATE = '[:r "s3:locks/leader" nil] [:w "s3:locks/leader" nil]'
DELETE = '[:r "s3:locks/leader" "abc"] [:w "s3:locks/leader" "absent-4"]'


def test_a_history_for_elle_has_an_invocation_and_a_completion_for_each_attempt():
    assert list(edn(lines())) == [
        f"{{:index 0, :type :invoke, :process 0, :f :txn, :value [{CREATE}], :time 1}}",
        f"{{:index 1, :type :invoke, :process 1, :f :txn, :value [{REFUSED_CREATE}], :time 2}}",
        f'{{:index 2, :type :fail, :process 1, :f :txn, :value [{REFUSED_CREATE}], :time 3, :error "PreconditionFailed"}}',
        '{:index 3, :type :invoke, :process 2, :f :txn, :value [[:r "s3:locks/leader" nil]], :time 4}',
        '{:index 4, :type :ok, :process 2, :f :txn, :value [[:r "s3:locks/leader" "abc"]], :time 5}',
        f"{{:index 5, :type :invoke, :process 2, :f :txn, :value [{DELETE}], :time 6}}",
        f"{{:index 6, :type :ok, :process 2, :f :txn, :value [{DELETE}], :time 7}}",
        f'{{:index 7, :type :info, :process 0, :f :txn, :value [{CREATE}], :time 9, :error "lost"}}',
    ]


def test_a_history_for_porcupine_has_a_line_for_each_key(planted, capsys):
    [line] = porcupine(lines())
    operations = json.loads(line)["Operations"]
    assert [one["Input"]["Op"] for one in operations] == ["write", "write", "read", "delete"]
    assert [(one["Call"], one["Return"]) for one in operations] == [(1, 8), (2, 3), (4, 5), (6, 7)]
    assert [one["Output"]["Unknown"] for one in operations] == [True, False, False, False]
    assert cli.main(["check", planted, "--export", "porcupine"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_lines_come_back_as_they_were():
    for entry in history(2, lost=0.1, plant="twice")[0]:
        assert Entry.from_json(entry.to_json()) == entry
    with pytest.raises(Unreadable):
        Entry.from_json("5")
