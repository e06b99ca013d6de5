"""`mnetcost completion`: the script that lets a shell complete words.

Click's own scripts do not know of bash that it takes words apart at `:` and `=`, of zsh that a name
may hold a colon, and they drop names where files may stand too.
"""

import os

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from mnetcost.cli.candidates import LINE, typed
from mnetcost.cli.options import EXITS
from mnetcost.cli.output import text_output_option, write_text

VARIABLE = "_MNETCOST_COMPLETE"
BREAKS = "_MNETCOST_BREAKS"  # where bash takes words apart
STAYS = "@$"  # that begin the word that is completed, where others end the one before it

# A line a candidate: its kind (plain, file or dir), the word, and what it is for. Of files the word
# is their beginning, and what follows is what stands before it, such as `--output=`. A word that
# ends with = or : goes on.
BASH = f"""\
_mnetcost() {{
    local kind value files= names=()
    while IFS=$'\\t' read -r kind value _; do
        case $kind in
            plain) names+=("$value"); [[ $value == *[=:] ]] && compopt -o nospace ;;
            file) files=default ;;
            dir) files=dirnames ;;
        esac
    done < <({LINE}="${{COMP_LINE:0:COMP_POINT}}" {BREAKS}="$COMP_WORDBREAKS" \\
        {VARIABLE}=bash_complete "$1" 2>/dev/null)
    COMPREPLY=("${{names[@]}}")
    if [[ $files && ${{#names[@]}} == 0 ]]; then
        compopt -o "$files"
    elif [[ $files ]]; then
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$2")
        compopt -o filenames
    fi
}}
complete -o nosort -F _mnetcost mnetcost
"""
ZSH = f"""\
#compdef mnetcost
_mnetcost() {{
    local kind value help before files=
    local -a whole begun
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            plain)
                before=$value value=${{value//:/\\\\:}}${{help:+:$help}}
                if [[ $before == *[=:] ]]; then begun+=("$value"); else whole+=("$value"); fi ;;
            file) files=-f before=$help ;;
            dir) files=-/ before=$help ;;
        esac
    done < <({LINE}="${{(j: :)words[1,CURRENT-1]}} $QIPREFIX$PREFIX" \\
        {VARIABLE}=zsh_complete ${{~words[1]}} 2>/dev/null)
    (( $#whole )) && _describe -V '' whole
    (( $#begun )) && _describe -V '' begun -S ''
    if [[ -n $files ]]; then
        [[ -n $before ]] && compset -P "$before"
        _path_files $files
    fi
}}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _mnetcost "$@"
else
    (( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}
    compdef _mnetcost mnetcost
fi
"""
FISH = f"""\
function _mnetcost
    set -l words (commandline -opc)
    for line in (env {LINE}=(commandline -cp | string collect) {VARIABLE}=fish_complete \\
            $words[1] 2>/dev/null)
        set -l fields (string split -m 2 \\t -- $line)
        if test $fields[1] = plain
            printf '%s\\t%s\\n' $fields[2] $fields[3]
            continue
        end
        set -l word (string replace -- "$fields[3]" '' (commandline -ct))
        set -l paths (complete -C "no-command-at-all $word")
        test $fields[1] = dir; and set paths (string match -r '.*/$' -- $paths)
        for path in $paths
            printf '%s%s\\n' "$fields[3]" $path
        end
    end
end
complete --command mnetcost --no-files --arguments '(_mnetcost)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


class Shell(ShellComplete):
    """Answers what one of the scripts asks."""

    def get_completion_args(self) -> tuple[list[str], str]:
        return typed()

    def complete(self) -> str:
        """A line a candidate. Words begin with what an option says of itself: `--set=`."""
        words, incomplete = typed()
        option, equals, _ = incomplete.partition("=")
        before = option + equals if equals and option.startswith("-") else ""
        cut = _cut(incomplete)
        items = [
            item
            for item in self.get_completions(words, incomplete)
            if str(item.value).isprintable()
        ]
        if cut and any(item.type == "plain" for item in items):  # bash would look for all files
            items = [item for item in items if item.type == "plain"]
        return "\n".join(_line(item, before, cut) for item in items)


def _line(item: CompletionItem, before: str, cut: int) -> str:
    """The line of a candidate, without what stands in bash's word before this one."""
    if item.type != "plain":
        return f"{item.type}\t{item.value}\t{before}"
    summary = " ".join((item.help or "").split())
    return f"plain\t{(before + item.value)[cut:]}\t{summary}"


def _cut(incomplete: str) -> int:
    """How much of the word is behind bash, which takes words apart: none of it within quotes."""
    breaks = os.environ.get(BREAKS, "")
    raw = os.environ.get(LINE, "")
    if not raw.endswith(incomplete) or not raw.removesuffix(incomplete)[-1:].isspace():
        return 0
    ends = {sign: 0 if sign in STAYS else 1 for sign in breaks}
    return max((at + ends[sign] for at, sign in enumerate(incomplete) if sign in ends), default=0)


for name in SCRIPTS:
    add_completion_class(Shell, name)


@click.command(epilog=EXITS)
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
@text_output_option
def completion(shell: str, output: str | None) -> None:
    """Print the script with which a shell completes words.

    Names of networks, their variants, settings, knobs and layers, conventions, options and files.
    The line for the file that the shell reads when it starts:

    \b
    ~/.bashrc                   eval "$(mnetcost completion bash)"
    ~/.zshrc                    eval "$(mnetcost completion zsh)"
    ~/.config/fish/config.fish  mnetcost completion fish | source
    """
    write_text(SCRIPTS[shell], output)
