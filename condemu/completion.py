"""Completion of commands and flags by bash, zsh and fish, from the parser itself."""

from __future__ import annotations

import argparse
from typing import Any

Commands = dict[str, tuple[str, list[str], Any]]  # the last are Commands, too


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """What the shell evaluates."""
    commands = commands_of(parser)
    if shell == "fish":
        return _fish(commands)
    words = "\n".join(f"    {name}) words='{' '.join(flags)}' ;;" for name, (_, flags, _) in commands.items())
    inner = "\n".join(
        f"    '{name} {word}') words='{' '.join(flags)}' ;;"
        for name, (_, _, within) in commands.items()
        for word, (_, flags, _) in within.items()
    )
    bash = _BASH.format(names=" ".join(commands), words=words, inner=inner)
    return f"autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n{bash}" if shell == "zsh" else bash


def commands_of(parser: argparse.ArgumentParser) -> Commands:
    """Each command with its help, its flags or the commands that stand behind it, and these as well."""
    found: Commands = {}
    for choices in parser._actions:
        if isinstance(choices, argparse._SubParsersAction):
            helps = {action.dest: action.help or "" for action in choices._choices_actions}
            for name, command in choices.choices.items():
                flags = [flag for action in command._actions for flag in action.option_strings if flag[:2] == "--"]
                within = commands_of(command)
                found[name] = helps.get(name, ""), [*within, *flags], within
    return found


_BASH = """_condemu() {{
  local words='{names}' command=${{COMP_WORDS[1]}}
  if [ "$COMP_CWORD" -gt 1 ]; then
    words=
    case $command in
{words}
    esac
  fi
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "$command ${{COMP_WORDS[2]}}" in
{inner}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  if [ ${{#COMPREPLY[@]}} -eq 0 ]; then COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")); fi
}}
complete -F _condemu condemu
"""


def _fish(commands: Commands) -> str:
    lines = []
    for name, (text, flags, within) in commands.items():
        lines.append(f"complete -c condemu -n __fish_use_subcommand -f -a {name} -d '{_quoted(text)}'")
        here = f"__fish_seen_subcommand_from {name}"
        lines += [f"complete -c condemu -n '{here}' -l {flag[2:]}" for flag in flags if flag not in within]
        for word, (what, inner, _) in within.items():
            first = f"{here}; and not __fish_seen_subcommand_from {' '.join(within)}"
            lines.append(f"complete -c condemu -n '{first}' -f -a {word} -d '{_quoted(what)}'")
            lines += [f"complete -c condemu -n '{here}; and __fish_seen_subcommand_from {word}' -l {flag[2:]}" for flag in inner]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")
