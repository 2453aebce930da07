"""docs/clients.md and its picture, from the results of all languages."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any, Final

from .calls import SETS, WORKERS
from .clients import CLIENTS, Client

COLORS: Final = {"ok": "#2f9e5b", "not offered": "#d5dade", "wrong": "#d64545", "skipped": "#fff"}
SIGNS: Final = {"ok": "✓", "not offered": "–", "wrong": "✗", "skipped": ""}
TITLES: Final = {
    "s3": "S3",
    "dynamodb": "DynamoDB",
    "stores": "Tables and stores",
    "locks": "Locks and idempotency",
}
LANGUAGES: Final = {
    "python": "Python",
    "javascript": "JavaScript",
    "go": "Go",
    "java": "Java",
    "rust": "Rust",
    "programs": "program",
}
LEFT, TOP, NAMES, COLUMN, LINE, HEAD = 40, 60, 270, 38, 26, 110  # pixels
INK, FAINT = "#1c2126", "#5c6670"
FONT: Final = 'font-family="system-ui, Segoe UI, DejaVu Sans, sans-serif"'

Results = dict[str, dict[str, Any]]


def write(docs: Path) -> None:
    results: Results = {}
    for file in sorted((docs / "clients").glob("*.json")):
        results |= json.loads(file.read_text())
    (docs / "clients.svg").write_text(picture(results))
    (docs / "clients.md").write_text(page(results))


def rows(calls: str, results: Results) -> list[Client]:
    """By language, and in the order of the catalog."""
    found = [client for client in CLIENTS if client.calls == calls and client.name in results]
    return sorted(found, key=lambda client: list(LANGUAGES).index(client.language))


def outcome(results: Results, client: Client, call: str) -> str:
    cell = results[client.name].get("cells", {}).get(call)
    return str(cell["outcome"]) if cell else "skipped"


# --- the picture ------------------------------------------------------------------------------------------------------------


def picture(results: Results) -> str:
    lines: list[str] = []
    y = TOP + 50
    for calls in SETS:
        clients = rows(calls, results)
        if clients:
            lines += block(calls, clients, results, y)
            y += HEAD + LINE * len(clients) + 16
    width = 2 * LEFT + NAMES + COLUMN * max(len(columns) for columns in SETS.values()) + 60
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" {FONT}>',
        f'<rect width="{width}" height="{y}" fill="#fff"/>', text(LEFT, TOP - 20, "Clients and calls", 24, weight=700),
        *legend(results), *lines, "</svg>\n",
    ])  # fmt: skip


def legend(results: Results) -> list[str]:
    counts = Counter(cell["outcome"] for result in results.values() for cell in result.get("cells", {}).values())
    lines, x = [], LEFT
    for name in ("ok", "not offered", "wrong"):
        lines.append(f'<rect x="{x}" y="{TOP}" width="16" height="16" rx="3" fill="{COLORS[name]}"/>')
        words = {"ok": "ok", "not offered": "the client does not offer it", "wrong": "wrong; the page says whose fault it is"}[
            name
        ]
        lines.append(text(x + 22, TOP + 13, f"{counts[name]} {words}", 13))
        x += 66 + 7 * len(words)
    return lines


def block(calls: str, clients: list[Client], results: Results, y: int) -> list[str]:
    """One set of calls: its heads, and a line for each client."""
    lines = [text(LEFT, y + HEAD - 12, TITLES[calls], 17, weight=700)]
    for place, call in enumerate(SETS[calls]):
        x = LEFT + NAMES + place * COLUMN + 20
        lines.append(f'<g transform="translate({x} {y + HEAD - 10}) rotate(-45)">{text(0, 0, call.title, 12)}</g>')
    for line, client in enumerate(clients):
        top = y + HEAD + line * LINE
        lines.append(text(LEFT, top + 16, client.name, 13))
        lines.append(text(LEFT + NAMES - 62, top + 16, LANGUAGES[client.language], 11, FAINT))
        for place, call in enumerate(SETS[calls]):
            lines += cell(LEFT + NAMES + place * COLUMN, top, outcome(results, client, call.name), f"{client.name}: {call.title}")
    return lines


def cell(x: int, y: int, found: str, title: str) -> list[str]:
    ink = "#fff" if found in ("ok", "wrong") else FAINT
    return [
        f'<rect x="{x}" y="{y}" width="{COLUMN - 3}" height="{LINE - 3}" rx="3" fill="{COLORS[found]}">'
        f"<title>{escape(title)}: {found}</title></rect>",
        f'<text x="{x + (COLUMN - 3) / 2:g}" y="{y + 16}" font-size="13" fill="{ink}" text-anchor="middle">{SIGNS[found]}</text>',
    ]


def text(x: float, y: float, words: str, size: int, color: str = INK, weight: int = 400) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{color}" font-weight="{weight}">{escape(words)}</text>'


# --- the page ---------------------------------------------------------------------------------------------------------------


def page(results: Results) -> str:
    template = (Path(__file__).parent / "page.md").read_text()
    parts = {
        "counts": counted(results), "means": means(results), "told": told(results), "wrong": wrong(results),
        "not_offered": not_offered(results), "skipped": skipped(results), "workers": str(WORKERS),
    }  # fmt: skip
    for name, words in parts.items():
        template = template.replace(f"<!-- {name} -->", words)
    return template


def table(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    ruled = [heads, ("---",) * len(heads), *lines]
    return "\n".join("| " + " | ".join(word.replace("|", "\\|").replace("\n", " ") for word in line) + " |" for line in ruled)


def counted(results: Results) -> str:
    cells = [cell["outcome"] for result in results.values() for cell in result.get("cells", {}).values()]
    counts = Counter(cells)
    ran = [result for result in results.values() if "cells" in result]
    dates = sorted({result["date"] for result in ran})
    days = " and ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "no day"
    return (
        f"{len(ran)} clients, {len(cells)} cells: {counts['ok']} ok, {counts['not offered']} that the client does not offer, "
        f"{counts['wrong']} wrong. Run on {days}."
    )


def means(results: Results) -> str:
    parts = []
    for calls, columns in SETS.items():
        if rows(calls, results):
            lines = [(call.title, call.means, "; ".join(proof.words() for proof in call.proofs) or "–") for call in columns]
            parts.append(f"### {TITLES[calls]}\n\n" + table(("call", "means", "the log must have"), lines))
    return "\n\n".join(parts)


def told(results: Results) -> str:
    lines = []
    for client in CLIENTS:
        if client.name in results:
            versions = results[client.name].get("versions", {})
            named = ", ".join(f"{name} {version}" for name, version in versions.items())
            lines.append((client.name, LANGUAGES[client.language], client.told, named or "not run"))
    return table(("client", "language", "how it is told", "run with"), lines)


def wrong(results: Results) -> str:
    lines = [
        (client.name, call.title, cell["note"], cell.get("fault") or "not known yet")
        for client in CLIENTS
        for call in SETS[client.calls]
        if (cell := results.get(client.name, {}).get("cells", {}).get(call.name)) and cell["outcome"] == "wrong"
    ]
    return table(("client", "call", "what was seen", "whose fault, and the evidence"), lines) if lines else "None is."


def not_offered(results: Results) -> str:
    lines = []
    for client in CLIENTS:
        reasons: dict[str, list[str]] = {}
        for call in SETS[client.calls]:
            cell = results.get(client.name, {}).get("cells", {}).get(call.name)
            if cell and cell["outcome"] == "not offered":
                reasons.setdefault(cell["note"] or "no such call", []).append(call.title)
        lines += [(client.name, ", ".join(titles), reason) for reason, titles in reasons.items()]
    return table(("client", "calls", "why"), lines)


def skipped(results: Results) -> str:
    lines = [f"- {name}: {result['skipped']}" for name, result in results.items() if "skipped" in result]
    return "\n".join(lines) if lines else "None was."
