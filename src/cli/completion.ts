/** `tamis completion`: what a shell needs to complete the commands and their options. */

import { Argument, type Command, type Option } from 'commander'
import { write } from './sink.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** A text in single quotes, for every one of the shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const optionsOf = (command: Command): readonly Option[] => [
  ...command.options,
  ...command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long === '--help'),
]

const names = (command: Command): readonly string[] =>
  optionsOf(command).flatMap(({ long }) => long ?? [])

const takesValue = ({ required, optional }: Option): boolean => required || optional

/** The values of the first argument, where the command names them. */
const choicesOf = (command: Command): readonly string[] =>
  command.registeredArguments[0]?.argChoices ?? []

function bash(commands: readonly Command[]): string {
  const values = commands.flatMap((command) =>
    optionsOf(command)
      .filter(takesValue)
      .map(({ long, argChoices = [] }) => {
        const words =
          argChoices.length === 0
            ? ''
            : ` COMPREPLY=($(compgen -W ${quoted(argChoices.join(' '))} -- "$cur"));`
        return `    ${quoted(`${command.name()} ${long}`)})${words} return ;;`
      }),
  )
  const words = commands.map((command) => {
    const own = [...names(command), ...choicesOf(command)].join(' ')
    return `    ${command.name()}) words=${quoted(own)} ;;`
  })
  return `# eval "$(tamis completion bash)"
_tamis() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map((command) => command.name()).join(' '))} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _tamis tamis
`
}

/** A description within a specification of _arguments. */
const described = (text: string): string => text.replaceAll(/[[\]:\\]/g, (sign) => `\\${sign}`)

function zsh(commands: readonly Command[]): string {
  const list = commands.map(
    (command) =>
      `    ${quoted(`${command.name()}:${command.description().replaceAll(':', '\\:')}`)}`,
  )
  const cases = commands.map((command) => {
    const specs = optionsOf(command).map((option) => {
      const { long, description, argChoices } = option
      const value = !takesValue(option)
        ? ''
        : argChoices === undefined
          ? ':value:_files'
          : `:value:(${argChoices.join(' ')})`
      return quoted(`*${long}[${described(description)}]${value}`)
    })
    const choices = choicesOf(command)
    const rest = choices.length === 0 ? "'*:file:_files'" : quoted(`1:value:(${choices.join(' ')})`)
    return `    ${command.name()}) _arguments ${[...specs, rest].join(' \\\n      ')} ;;`
  })
  return `#compdef tamis
# eval "$(tamis completion zsh)"
_tamis() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
compdef _tamis tamis
`
}

/** A text in fish: only the quote and the backslash mean something in single quotes. */
const fishQuoted = (text: string): string => `'${text.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const seen = fishQuoted(`__fish_seen_subcommand_from ${command.name()}`)
    const choices = choicesOf(command)
    return [
      `complete -c tamis -n __fish_use_subcommand -f -a ${command.name()} -d ${fishQuoted(command.description())}`,
      ...optionsOf(command).map((option) => {
        const { long = '', description, argChoices } = option
        const value = !takesValue(option)
          ? ''
          : argChoices === undefined
            ? ' -r'
            : ` -x -a ${fishQuoted(argChoices.join(' '))}`
        return `complete -c tamis -n ${seen} -l ${long.slice(2)}${value} -d ${fishQuoted(description)}`
      }),
      ...(choices.length === 0
        ? []
        : [`complete -c tamis -n ${seen} -f -a ${fishQuoted(choices.join(' '))}`]),
    ]
  })
  return `# tamis completion fish | source\n${lines.join('\n')}\n`
}

const PRINTERS: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = {
  bash,
  zsh,
  fish,
}

/** Adds `tamis completion`, which reads the commands that were added before it, and itself. */
export const addCompletion = (tamis: Command): Command =>
  tamis
    .command('completion')
    .description('print what a shell needs to complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => write(PRINTERS[shell](tamis.commands)))
