import { completeWord } from './complete'

// Each script asks the program at every Tab, so that it never grows old: `larder __complete`
// prints a candidate, a tab and its meaning on each line, or `:file`.

const bash = `# larder in bash: put this into ~/.bashrc
#   eval "$(larder completion bash)"
_larder() {
  local word file current before program glued=
  local -a words=()
  local -i i
  # Bash takes words apart at = and : where larder does not.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((\${#words[@]} > 0)) && [[ -n $glued || $word == [=:]* ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glued=
    [[ $word == *[=:] ]] && glued=1
  done
  # What Bash replaces is the part behind the last of these.
  current=\${COMP_WORDS[COMP_CWORD]}
  [[ $current == [=:]* ]] && current=
  word=\${words[\${#words[@]}-1]}
  before=\${word:0:\${#word}-\${#current}}
  program=\${COMP_WORDS[0]/#\\~/$HOME}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == :file ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r file; do
        COMPREPLY+=("$file")
      done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${word#"$before"}")
    fi
  done < <("$program" ${completeWord} "\${words[@]}" 2>/dev/null </dev/null)
}
complete -F _larder larder`

const zsh = `#compdef larder
# larder in zsh: put this into ~/.zshrc, behind compinit
#   eval "$(larder completion zsh)"
_larder() {
  local value meaning files= program=\${words[1]/#\\~/$HOME}
  local -a candidates before=("\${(@Q)words[2,CURRENT-1]}")
  while IFS=$'\\t' read -r value meaning; do
    if [[ $value == :file ]]; then
      files=1
    else
      candidates+=("\${value//:/\\\\:}\${meaning:+:$meaning}")
    fi
  done < <("$program" ${completeWord} "\${before[@]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  if [[ -n $files ]]; then
    compset -P '--*='
    _files
  elif (( $#candidates )); then
    _describe larder candidates
  fi
}
if [[ $funcstack[1] == _larder ]]; then
  _larder "$@"
else
  compdef _larder larder
fi`

const fish = `# larder in fish: put this into ~/.config/fish/config.fish
#   larder completion fish | source
function __larder_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] ${completeWord} $words[2..-1] "$current" 2>/dev/null </dev/null)
        if test "$line" = :file
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current")
        else
            printf '%s\\n' $line
        end
    end
end
complete -c larder -e
complete -c larder -f -a '(__larder_complete)'`

/** By the name of the shell. */
export const completionScripts: Readonly<Record<string, string>> = { bash, zsh, fish }
