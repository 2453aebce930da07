"""One self-contained page: rules down, targets across, a colour for every outcome; a cell opens its case.

The page carries everything it shows (the rule, its sources, the difference and the recorded exchange), so that it can be kept as
an artifact of a build and read years later.
"""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import Any, Final

from conformance.report import grades_line

OUTCOMES: Final = {
    "as AWS": ("#2e7d4f", "as AWS"),
    "wrong code": ("#d9a514", "wrong code"),
    "wrong result": ("#d98b14", "wrong result"),
    "refused": ("#7a6fb0", "refused"),
    "unsupported": ("#9aa3ad", "unsupported"),
    "not applicable": ("#e3e6ea", "not applicable"),
    "ignored": ("#c0392b", "ignored"),
    "not atomic": ("#7b1e12", "not atomic"),
    "broken": ("#4a4a4a", "broken"),
    "gap closed": ("#1f7ac0", "gap closed"),
    "not run": ("#f4f5f6", "not run"),
}

STYLE: Final = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1c2126 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem }
.legend span { display: inline-block; margin: 0 1rem .3rem 0 } .swatch { width: .9rem; height: .9rem; border-radius: 2px;
  display: inline-block; vertical-align: -2px; margin-right: .35rem }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600; position: sticky; top: 0; background: #fff }
th.target { width: 7rem; text-align: center; padding-bottom: .3rem } td { border-top: 1px solid #eceff1; padding: .2rem .4rem }
td.cell { padding: 2px }
td.cell button { width: 100%; height: 1.5rem; border: 0; border-radius: 3px; cursor: pointer; color: #fff;
  font-size: .72rem } td.cell button.dark { color: #39424c } .grade { color: #6b7580; font-size: .8rem; white-space: nowrap }
dialog { width: min(60rem, 92vw); border: 1px solid #c8ced4; border-radius: 6px } pre { background: #f6f7f8; padding: .6rem;
  overflow-x: auto; white-space: pre-wrap; word-break: break-word } .summary td { border: 0; padding: .1rem .8rem .1rem 0 }
"""

SCRIPT: Final = """
const cases = JSON.parse(document.getElementById('cases').textContent);
const box = document.querySelector('dialog');
function text(tag, value, parent) { const e = document.createElement(tag); e.textContent = value; parent.append(e); return e; }
document.addEventListener('click', event => {
  const button = event.target.closest('button[data-cell]');
  if (!button) { if (event.target === box) box.close(); return; }
  const [target, id] = JSON.parse(button.dataset.cell), found = cases[target][id], body = box.querySelector('div');
  body.replaceChildren();
  text('h3', found.rule, body); text('p', target + ': ' + found.outcome + (found.gap ? ' — known: ' + found.gap : ''), body);
  text('p', 'Evidence: ' + found.evidence + '. Source: ' + found.sources.join('; ') + '. Case: ' + id, body);
  if (found.detail) text('pre', found.detail, body);
  for (const e of found.exchanges) text('pre', e.operation + ' ' + e.asked + '\\n→ ' + e.status + ' ' + e.answered, body);
  box.showModal();
});
"""


def page(documents: list[dict[str, Any]]) -> str:
    """The whole page, from the results of one or more targets."""
    rules: dict[str, dict[str, Any]] = {}
    for document in documents:
        for case in document["cases"]:
            rules.setdefault(case["id"], case)
    names = [document["target"] for document in documents]
    found = {document["target"]: {case["id"]: case for case in document["cases"]} for document in documents}
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Conditional writes: rules and targets</title>",
        f"<style>{STYLE}</style></head><body><h1>Conditional writes: rules and targets</h1>",
        f"<p>{escape(grades_line(list(rules.values())))}. {escape(', '.join(dated(documents)))}.</p>",
        legend(),
        totals(documents),
    ]
    for service in sorted({case["service"] for case in rules.values()}):
        chosen = [case for case in rules.values() if case["service"] == service]
        parts.append(section(service, sorted(chosen, key=lambda case: str(case["id"])), names, found))
    data = json.dumps(found).replace("<", "\\u003c")
    parts.append("<dialog><div></div><form method='dialog'><button>Close</button></form></dialog>")
    parts.append(f"<script id='cases' type='application/json'>{data}</script><script>{SCRIPT}</script></body></html>\n")
    return "".join(parts)


def dated(documents: list[dict[str, Any]]) -> list[str]:
    return [f"{document['target']} on {document['date']}" for document in documents]


def legend() -> str:
    swatches = (
        f"<span><i class='swatch' style='background:{colour}'></i>{escape(text)}</span>" for colour, text in OUTCOMES.values()
    )
    return f"<p class='legend'>{''.join(swatches)}</p>"


def totals(documents: list[dict[str, Any]]) -> str:
    """A line per target: how many rules it answers as AWS does."""
    rows = []
    for document in documents:
        counts = Counter(case["outcome"] for case in document["cases"])
        ran = sum(counts.values()) - counts["not applicable"] - counts["not run"]
        others = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common() if outcome != "as AWS")
        cells = (f"<b>{escape(document['target'])}</b>", f"{counts['as AWS']} of {ran} as AWS", escape(others))
        rows.append(f"<tr>{''.join(f'<td>{text}</td>' for text in cells)}</tr>")
    return f"<table class='summary'>{''.join(rows)}</table>"


def section(service: str, cases: list[dict[str, Any]], names: list[str], found: dict[str, dict[str, Any]]) -> str:
    heads = "".join(f"<th class='target'>{escape(name)}</th>" for name in names)
    rows = []
    for case in cases:
        cells = "".join(cell(name, found[name].get(case["id"]), case["id"]) for name in names)
        rule = f"{escape(case['rule'])}{escape(row_of(case['id']))}"
        rows.append(f"<tr><td>{rule}</td><td class='grade'>{escape(case['evidence'])}</td>{cells}</tr>")
    return f"<h2>{escape(service)}</h2><table><tr><th>rule</th><th>evidence</th>{heads}</tr>{''.join(rows)}</table>"


def row_of(identity: str) -> str:
    """What tells the rows of one table apart."""
    _, bracket, row = identity.partition("[")
    return f" — {row[:-1]}" if bracket else ""


def cell(target: str, case: dict[str, Any] | None, identity: str) -> str:
    outcome = case["outcome"] if case is not None else "not run"
    colour, text = OUTCOMES.get(outcome, OUTCOMES["broken"])
    dark = " class='dark'" if outcome in ("not applicable", "not run") else ""
    if case is None:
        return f"<td class='cell'><button{dark} disabled style='background:{colour}'>{escape(text)}</button></td>"
    data = escape(json.dumps([target, identity]), quote=True)
    gap = " *" if case.get("gap") else ""
    return f"<td class='cell'><button{dark} data-cell=\"{data}\" style='background:{colour}'>{escape(text)}{gap}</button></td>"
