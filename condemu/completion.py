"""Completion of commands and flags by bash, zsh and fish, from the parser itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """What the shell evaluates."""
    commands = commands_of(parser)
    if shell == "fish":
        return _fish(commands)
    words = "\n".join(f"    {name}) words='{' '.join(flags)}' ;;" for name, (_, flags) in commands.items())
    bash = _BASH.format(names=" ".join(commands), words=words)
    return f"autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n{bash}" if shell == "zsh" else bash


def commands_of(parser: argparse.ArgumentParser) -> dict[str, tuple[str, list[str]]]:
    """Each command with its help, and the words that may follow: its flags, and the commands below it with theirs."""
    [choices] = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help or "" for action in choices._choices_actions}
    return {name: (helps.get(name, ""), list(dict.fromkeys(words_of(command)))) for name, command in choices.choices.items()}


def words_of(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        yield from (flag for flag in action.option_strings if flag[:2] == "--")
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield name
                yield from words_of(below)


_BASH = """_condemu() {{
  local words='{names}' command=${{COMP_WORDS[1]}}
  if [ "$COMP_CWORD" -gt 1 ]; then
    words=
    case $command in
{words}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  if [ ${{#COMPREPLY[@]}} -eq 0 ]; then COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")); fi
}}
complete -F _condemu condemu
"""


def _fish(commands: dict[str, tuple[str, list[str]]]) -> str:
    lines = []
    for name, (text, flags) in commands.items():
        told = text.replace("'", "\\'")
        lines.append(f"complete -c condemu -n __fish_use_subcommand -f -a {name} -d '{told}'")
        offered = (f"-l {word[2:]}" if word[:2] == "--" else f"-a {word}" for word in flags)
        lines += [f"complete -c condemu -n '__fish_seen_subcommand_from {name}' {word}" for word in offered]
    return "\n".join(lines) + "\n"
