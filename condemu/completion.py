"""Completion of commands and flags by bash, zsh and fish, from the parser itself."""

from __future__ import annotations

import argparse


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """What the shell evaluates."""
    commands = commands_of(parser)
    if shell == "fish":
        return _fish(commands)
    words = "\n".join(f"    {name}) words='{' '.join(flags)}' ;;" for name, (_, flags) in commands.items())
    bash = _BASH.format(names=" ".join(commands), words=words)
    return f"autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n{bash}" if shell == "zsh" else bash


def commands_of(parser: argparse.ArgumentParser) -> dict[str, tuple[str, list[str]]]:
    """Each command with its help and its flags."""
    [choices] = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help or "" for action in choices._choices_actions}
    return {
        name: (helps.get(name, ""), [flag for action in command._actions for flag in action.option_strings if flag[:2] == "--"])
        for name, command in choices.choices.items()
    }


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
        lines += [f"complete -c condemu -n '__fish_seen_subcommand_from {name}' -l {flag[2:]}" for flag in flags]
    return "\n".join(lines) + "\n"
