"""One self-contained page: rules down, targets across, a square of colour for every case; a square opens its case.

At the top stand totals, then an overview of one line per chapter, then every rule with its sources. The page carries everything
it shows (the rule, its sources, the difference and the recorded exchange), so that it can be kept as an artifact of a build and
read years later.
"""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import Any, Final

from .report import grades_line

OUTCOMES: Final = {
    "as AWS": ("#3f9b68", "as AWS"),
    "wrong code": ("#f0c33c", "wrong code"),
    "wrong words": ("#f8e7a8", "wrong words"),
    "wrong result": ("#ee9b2d", "wrong result"),
    "refused": ("#8c7fd0", "refused"),
    "unsupported": ("#9aa7b4", "unsupported"),
    "ignored": ("#d6453d", "ignored"),
    "not atomic": ("#7b1e12", "not atomic"),
    "broken": ("#3a4149", "broken"),
    "gap closed": ("#1f7ac0", "gap closed"),
    "not applicable": ("#e9ecef", "not applicable"),
    "not run": ("#f6f7f8", "not run"),
}
NOTHING: Final = ("not applicable", "not run")

STYLE: Final = """
:root { color-scheme: light } * { box-sizing: border-box }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; margin: 2.2rem auto; max-width: 84rem; padding: 0 1.6rem;
  color: #1c2126; background: #fff }
h1 { font-size: 1.75rem; margin: 0 0 .2rem; letter-spacing: -.01em } h2 { font-size: 1.1rem; margin: 2.2rem 0 .5rem }
.sub { color: #5c6670; margin: 0 0 1rem } .legend { font-size: .86rem; color: #3a4149; margin: 0 0 1.3rem }
.legend span { display: inline-block; margin: 0 1.1rem .2rem 0; white-space: nowrap }
.swatch { width: .85rem; height: .85rem; border-radius: 3px; display: inline-block; vertical-align: -1px; margin-right: .4rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th { text-align: left; font-weight: 600; vertical-align: bottom; padding: .3rem .45rem; background: #fff }
th.target small { display: block; font-weight: 400; color: #6b7580; font-size: .76rem }
td { border-top: 1px solid #eef0f2; padding: .34rem .45rem; vertical-align: top }
.overview td { vertical-align: middle } tr.total td { border-top: 2px solid #1c2126; font-weight: 600 }
.name { width: 24% } .rules .name { width: 34% } .grade { color: #76818c; font-size: .78rem; display: block }
.bar { display: flex; height: .95rem; border-radius: 4px; overflow: hidden; background: #f6f7f8 } .bar i { display: block }
.bar + small { color: #5c6670; font-size: .76rem } .cells { display: flex; flex-wrap: wrap; gap: 2px }
.cells button { width: .82rem; height: .82rem; border: 0; border-radius: 2px; padding: 0; cursor: pointer; font-size: 0 }
.cells button:hover, .cells button:focus { outline: 2px solid #1c2126 } details > summary { cursor: pointer; list-style: none }
summary h2 { display: inline-block } summary::before { content: "▸ "; color: #76818c }
details[open] > summary::before { content: "▾ " }
dialog { width: min(62rem, 92vw); border: 1px solid #c8ced4; border-radius: 8px; padding: 1.2rem 1.5rem }
dialog::backdrop { background: #1c212680 }
pre { background: #f6f7f8; padding: .7rem; border-radius: 5px; white-space: pre-wrap; word-break: break-word; font-size: .8rem }
"""

SCRIPT: Final = """
const data = JSON.parse(document.getElementById('cases').textContent);
const box = document.querySelector('dialog');
function text(tag, value, parent) { const e = document.createElement(tag); e.textContent = value; parent.append(e); return e; }
document.addEventListener('click', event => {
  const button = event.target.closest('button[data-cell]');
  if (!button) { if (event.target === box) box.close(); return; }
  const [target, id] = JSON.parse(button.dataset.cell), rule = data.rules[id], found = data.found[target][id];
  const body = box.querySelector('div'); body.replaceChildren();
  text('h3', rule.rule, body); text('p', target + ': ' + found.outcome + (found.gap ? ' — known: ' + found.gap : ''), body);
  text('p', 'Evidence: ' + rule.evidence + '. Source: ' + rule.sources.join('; ') + '. Case: ' + id, body);
  if (found.detail) text('pre', found.detail, body);
  for (const e of found.exchanges) text('pre', e.operation + ' ' + e.asked + '\\n→ ' + e.status + ' ' + e.answered, body);
  box.showModal();
});
"""

Document = dict[str, Any]
Case = dict[str, Any]
Found = dict[str, dict[str, Case]]


def page(documents: list[Document]) -> str:
    """The whole page, from the results of one or more targets."""
    rules: dict[str, Case] = {}
    for document in documents:
        for case in document["cases"]:
            rules.setdefault(case["id"], case)
    found = {document["target"]: {case["id"]: case for case in document["cases"]} for document in documents}
    chapters = chapters_of(rules)
    return "".join([
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Conditional writes: rules and targets</title>",
        f"<style>{STYLE}</style></head><body><h1>What they do with conditional writes</h1>",
        f"<p class='sub'>{escape(grades_line(list(rules.values())))}. {escape(dates(documents))}. ",
        "A bar is a chapter; below, each square is a case.</p>",
        legend(documents),
        overview(chapters, documents, found),
        *(section(chapter, cases, documents, found) for chapter, cases in chapters.items()),
        "<dialog><div></div><form method='dialog'><button>Close</button></form></dialog>",
        f"<script id='cases' type='application/json'>{embedded(rules, found)}</script>",
        f"<script>{SCRIPT}</script></body></html>\n",
    ])  # fmt: skip


def embedded(rules: dict[str, Case], found: Found) -> str:
    """What a square opens: each rule once, and what each target made of it."""
    told = {name: {word: case[word] for word in ("rule", "evidence", "sources")} for name, case in rules.items()}
    words = ("outcome", "detail", "gap", "exchanges")
    outcomes = {
        target: {name: {word: case[word] for word in words} for name, case in cases.items()} for target, cases in found.items()
    }
    return json.dumps({"rules": told, "found": outcomes}).replace("<", "\\u003c")


def chapters_of(rules: dict[str, Case]) -> dict[str, list[Case]]:
    """The cases of each chapter, in order."""
    chapters: dict[str, list[Case]] = {}
    for identity in sorted(rules):
        chapters.setdefault(chapter_of(identity), []).append(rules[identity])
    return chapters


def chapter_of(identity: str) -> str:
    """`s3/test_write_conditions::…` is in the chapter "S3: write conditions"."""
    folder, _, module = identity.partition("::")[0].partition("/")
    names = {"s3": "S3", "dynamodb": "DynamoDB", "simpledb": "SimpleDB", "races": "Races", "recipes": "Recipes"}
    subject = module.removeprefix("test_").replace("_", " ")
    head = names.get(folder, folder)
    return head if subject == folder else f"{head}: {subject}"


def dates(documents: list[Document]) -> str:
    first, last = min(document["date"] for document in documents), max(document["date"] for document in documents)
    return first if first == last else f"{first} to {last}"


def legend(documents: list[Document]) -> str:
    seen = {case["outcome"] for document in documents for case in document["cases"]}
    swatches = (
        f"<span><i class='swatch' style='background:{colour}'></i>{escape(text)}</span>"
        for outcome, (colour, text) in OUTCOMES.items()
        if outcome in seen
    )
    return f"<p class='legend'>{''.join(swatches)}</p>"


def heads(documents: list[Document]) -> str:
    versions = (f"<small>{escape(document.get('version') or document['date'])}</small>" for document in documents)
    names = (escape(document["target"]) for document in documents)
    return "".join(f"<th class='target'>{name}{version}</th>" for name, version in zip(names, versions, strict=True))


def overview(chapters: dict[str, list[Case]], documents: list[Document], found: Found) -> str:
    """A bar for each chapter and target: how many of its cases came to what."""
    lines = []
    for chapter, cases in chapters.items():
        bars = "".join(bar(outcomes(found[document["target"]], cases)) for document in documents)
        lines.append(f"<tr><td>{escape(chapter)}</td>{bars}</tr>")
    everything = [case for cases in chapters.values() for case in cases]
    bars = "".join(bar(outcomes(found[document["target"]], everything)) for document in documents)
    lines.append(f"<tr class='total'><td>all</td>{bars}</tr>")
    return f"<table class='overview'><tr><th class='name'></th>{heads(documents)}</tr>{''.join(lines)}</table>"


def outcomes(found: dict[str, Case], cases: list[Case]) -> Counter[str]:
    return Counter(found[case["id"]]["outcome"] if case["id"] in found else "not run" for case in cases)


def bar(counts: Counter[str]) -> str:
    """A cell. What it counts against is the number of the chapter's cases, the same for every target."""
    ran = sum(count for outcome, count in counts.items() if outcome not in NOTHING)
    parts = "".join(
        f"<i style='flex:{counts[outcome]};background:{colour}' title='{counts[outcome]} {text}'></i>"
        for outcome, (colour, text) in OUTCOMES.items()
        if counts[outcome]
    )
    told = f"{counts['as AWS']} of {counts.total()}" if ran else "—"
    return f"<td><div class='bar'>{parts}</div><small>{told}</small></td>"


def section(chapter: str, cases: list[Case], documents: list[Document], found: Found) -> str:
    """Every rule of a chapter; the rows of one truth table share a line."""
    rules: dict[str, list[Case]] = {}
    for case in cases:
        rules.setdefault(case["id"].partition("[")[0], []).append(case)
    rows = []
    for members in rules.values():
        cells = "".join(
            f"<td><div class='cells'>{''.join(cell(document['target'], found, case['id']) for case in members)}</div></td>"
            for document in documents
        )
        grades = ", ".join(sorted({case["evidence"] for case in members}))
        rows.append(f"<tr><td>{escape(members[0]['rule'])}<span class='grade'>{escape(grades)}</span></td>{cells}</tr>")
    head = f"<tr><th class='name'></th>{heads(documents)}</tr>"
    summary = f"<summary><h2>{escape(chapter)}</h2></summary>"
    return f"<details open>{summary}<table class='rules'>{head}{''.join(rows)}</table></details>"


def cell(target: str, found: Found, identity: str) -> str:
    case = found[target].get(identity)
    outcome = case["outcome"] if case is not None else "not run"
    colour, text = OUTCOMES.get(outcome, OUTCOMES["broken"])
    row = identity.partition("[")[2].removesuffix("]")
    known = ", known" if case is not None and case.get("gap") else ""
    told = escape(f"{text}{known}: {row}" if row else f"{text}{known}", quote=True)
    if case is None:
        return f"<button disabled title='{told}' style='background:{colour}'>{escape(text)}</button>"
    data = escape(json.dumps([target, identity]), quote=True)
    return f"<button data-cell=\"{data}\" title='{told}' style='background:{colour}'>{escape(text)}</button>"
