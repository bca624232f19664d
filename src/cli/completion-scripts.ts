import type { CommandEntry } from './cli-context.ts'
import type { Flag } from './flags.ts'

export type Commands = Readonly<Record<string, CommandEntry>>

/** By shell: a script that completes commands, their first words and their flags; values are left to the shell. */
export const completionScripts: Readonly<Record<string, (commands: Commands) => string>> = {
  bash: (commands) => `_sidelight() {
  local command="\${COMP_WORDS[1]}" word="\${COMP_WORDS[COMP_CWORD]}" words=
  if ((COMP_CWORD == 1)); then
    words='${Object.keys(commands).join(' ')}'
  else
    case "$command" in
${entriesOf(commands)
  .map(
    ([name, entry]) =>
      `    ${name}) words='${[...(entry.words ?? []), ...flagsOf(entry).map(({ name }) => `--${name}`)].join(' ')}' ;;`,
  )
  .join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _sidelight sidelight`,

  zsh: (commands) => `_sidelight() {
  local -a words
  if ((CURRENT == 2)); then
    words=(
${entriesOf(commands)
  .map(([name, { doc }]) => `      ${quote(`${name}:${doc}`)}`)
  .join('\n')}
    )
    _describe command words
    return
  fi
  case "\${words[2]}" in
${entriesOf(commands)
  .map(
    ([name, entry]) =>
      `    ${name}) _arguments ${[
        ...(entry.words === undefined ? [] : [quote(`1:what:(${entry.words.join(' ')})`)]),
        ...flagsOf(entry).map(({ name: flag, doc, type }) =>
          quote(`--${flag}[${escaped(doc)}]${type === 'bool' ? '' : ':value:_files'}`),
        ),
        quote('*:file:_files'),
      ].join(' ')} ;;`,
  )
  .join('\n')}
  esac
}
compdef _sidelight sidelight`,

  fish: (commands) =>
    entriesOf(commands)
      .flatMap(([name, entry]) => [
        `complete -c sidelight -n __fish_use_subcommand -f -a ${name} -d ${quote(entry.doc)}`,
        ...(entry.words === undefined
          ? []
          : [
              `complete -c sidelight -n '__fish_seen_subcommand_from ${name}' -f -a ${quote(entry.words.join(' '))}`,
            ]),
        ...flagsOf(entry).map(
          ({ name: flag, short, doc, type }) =>
            `complete -c sidelight -n '__fish_seen_subcommand_from ${name}' -l ${flag}${short === undefined ? '' : ` -s ${short}`}${type === 'bool' ? '' : ' -r'} -d ${quote(doc)}`,
        ),
      ])
      .join('\n'),
}

const entriesOf = (commands: Commands): readonly (readonly [string, CommandEntry])[] =>
  Object.entries(commands)

/** As the help shows them. */
const flagsOf = ({ flags }: CommandEntry): readonly Flag[] =>
  flags.filter(({ deprecated, noEffect }) => deprecated === undefined && noEffect === undefined)

/** For all three shells. */
const quote = (text: string): string => `'${text.replaceAll("'", '’')}'`

/** Brackets and colons mean something to `_arguments`. */
const escaped = (text: string): string => text.replace(/[[\]:]/g, '\\$&')
