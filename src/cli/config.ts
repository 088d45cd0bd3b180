import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { nearest } from '../error/nearest.ts'
import { parseStrictJson } from '../users/http/strict-json.ts'
import { Mistake, messageOf, printable } from './mistake.ts'

/** The JSON type of an option in a configuration file. */
export type ConfigType = 'text' | 'number' | 'flag' | 'texts'

const EXPECTED: Readonly<Record<ConfigType, string>> = {
  text: 'a string',
  number: 'a number',
  flag: 'true or false',
  texts: 'a list of strings',
}

function hasType(value: unknown, type: ConfigType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'flag':
      return typeof value === 'boolean'
    case 'texts':
      return Array.isArray(value) && value.every((each) => typeof each === 'string')
    default:
      return type satisfies never
  }
}

const textOf = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Mistake(`${what}: ${messageOf(error)}`)
  }
}

/** The entries of a configuration file. @throws Mistake */
function entriesOf(file: string): readonly [string, unknown][] {
  const read = parseStrictJson(textOf(file, '--config').replace(/^\uFEFF/, ''))
  if ('problem' in read) {
    const what = read.problem === 'duplicate_key' ? `duplicate key ${read.path}` : 'not valid JSON'
    throw new Mistake(`--config ${file}: ${printable(what)}`)
  }
  const { value } = read
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value)
  }
  throw new Mistake(`--config ${file}: expected a JSON object`)
}

/**
 * Sets the options of a command that are in a configuration file, and not on the command line.
 *
 * @throws Mistake that names the file and the option.
 */
export function readConfig(
  command: Command,
  file: string,
  types: Readonly<Record<string, ConfigType>>,
): void {
  const known = new Map(Object.entries(types))
  for (const [name, value] of entriesOf(file)) {
    const type = known.get(name)
    if (type === undefined) {
      const near = nearest(name, [...known.keys()])
      const hint = near === undefined ? '' : ` (Did you mean ${near}?)`
      throw new Mistake(`--config ${file}: ${printable(name)}: unknown option${hint}`)
    }
    if (!hasType(value, type)) {
      throw new Mistake(`--config ${file}: ${name}: expected ${EXPECTED[type]}`)
    }
    const checked = type === 'flag' || type === 'texts' ? value : parsed(command, file, name, value)
    if (command.getOptionValueSource(name) !== 'cli') {
      command.setOptionValueWithSource(name, checked, 'config')
    }
  }
}

/** A value as the option reads it from the command line. */
function parsed(command: Command, file: string, name: string, value: unknown): unknown {
  const option = command.options.find((each) => each.attributeName() === name)
  if (option?.parseArg === undefined) return value
  try {
    return option.parseArg(String(value), undefined)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new Mistake(`--config ${file}: ${name}: ${error.message}`)
  }
}

/** The text of a file that holds one secret, without the line break at its end. */
function secretFile(file: string, option: string): string {
  const text = textOf(file, option).replace(/\r?\n$/, '')
  if (text === '') throw new Mistake(`${option}: ${file} is empty`)
  return text
}

/**
 * An option that can be given as a text or as a file that holds it. The command line wins over the
 * configuration; `undefined` if neither is given.
 *
 * @throws Mistake if both are given in one place, or the file cannot be read.
 */
export function textOrFile(command: Command, name: string, option: string): string | undefined {
  const inline = command.getOptionValueSource(name)
  const byFile = command.getOptionValueSource(`${name}File`)
  const isGiven = inline === 'cli' || inline === 'config'
  if (isGiven && inline === byFile) {
    throw new Mistake(`${option} and ${option}-file: expected one of them`)
  }
  const isFile = byFile === 'cli' || (byFile === 'config' && inline !== 'cli')
  if (isFile) return secretFile(String(command.getOptionValue(`${name}File`)), `${option}-file`)
  return isGiven ? String(command.getOptionValue(name)) : undefined
}
