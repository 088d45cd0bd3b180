/**
 * Whether the constraints of a table say what a condition says. Databases print conditions in ways of
 * their own: both are cut into conjuncts and printed in one way, without parentheses and casts, and
 * compared as text. What is not recognised counts as not enforced.
 */

import { QUOTING } from './engines.ts'
import type { ColumnFacts, EngineName, TableFacts } from './facts.ts'
import { isSign, isWord, outer, type Token, tokensOf } from './tokens.ts'

/** Without the parentheses around the whole. */
function unwrap(tokens: readonly Token[]): readonly Token[] {
  // Tokens inside parentheses are skipped, and so is the closing parenthesis.
  const isWhole = isSign(tokens[0], '(') && outer(tokens).length === 1
  return isWhole ? unwrap(tokens.slice(1, -1)) : tokens
}

/** ClickHouse: `ifNull(condition, true)`; a CHECK there is broken by NULL. */
function unguarded(tokens: readonly Token[], engine: EngineName): readonly Token[] {
  const [name, open] = tokens
  const guard = tokens.slice(-3)
  const isGuarded =
    engine === 'clickhouse' &&
    isWord(name, 'ifnull') &&
    isSign(open, '(') &&
    isSign(guard[0], ',') &&
    isWord(guard[1], 'true')
  return isGuarded ? tokens.slice(2, -3) : tokens
}

/** The parts that AND joins; AND of a BETWEEN joins none. */
function split(whole: readonly Token[]): readonly (readonly Token[])[] {
  const tokens = unwrap(whole)
  const top = outer(tokens)
  if (top.some((at) => isWord(tokens[at], 'or', 'case', 'xor'))) return [tokens]
  const parts: (readonly Token[])[] = []
  let start = 0
  let isBetween = false
  for (const at of top) {
    if (isWord(tokens[at], 'between')) isBetween = true
    if (!isWord(tokens[at], 'and')) continue
    if (isBetween) isBetween = false
    else {
      parts.push(tokens.slice(start, at))
      start = at + 1
    }
  }
  if (parts.length === 0) return [tokens]
  return [...parts, tokens.slice(start)].flatMap(split)
}

/** Words that go on with the name of a type. */
const TYPE_WORDS = ['precision', 'varying', 'with', 'without', 'time', 'zone']

/** Where a cast `::type(1)[]` ends that begins at `at`. */
function castEnd(tokens: readonly Token[], at: number): number {
  let end = at + 3
  while (isWord(tokens[end], ...TYPE_WORDS)) end++
  const [, number, close] = tokens.slice(end)
  if (isSign(tokens[end], '(') && isSign(close, ')') && /^\d+$/.test(number?.value ?? '')) {
    end += 3
    while (isWord(tokens[end], ...TYPE_WORDS)) end++
  }
  while (isSign(tokens[end], '[') && isSign(tokens[end + 1], ']')) end += 2
  return end
}

/** `2024-05-01 12:00:00+02`, as PostgreSQL prints an instant in the session's zone. */
const INSTANT =
  /^(\d{4,6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d)(?::(\d\d)(?::(\d\d))?)?)?( BC)?$/

/** An instant as seconds since 1970; any other text as it is. */
function instantOf(text: string): string {
  const match = INSTANT.exec(text)
  if (match === null) return text
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const [fraction = '', sign = '+', hours = '0', minutes = '0', seconds = '0', bc] = match.slice(7)
  const date = new Date(0)
  date.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, day)
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return `${date.getTime() / 1000 - (sign === '-' ? -offset : offset)}${fraction}`
}

/** How words are compared: keywords without regard to case, in ClickHouse names with it. */
function wordOf(value: string, engine: EngineName): string {
  const folded = value.toLowerCase()
  if (engine === 'clickhouse') {
    return ['and', 'or', 'not', 'true', 'false', 'null', 'is', 'in'].includes(folded)
      ? folded
      : value
  }
  return folded
}

const nameOf = (value: string, engine: EngineName): string =>
  engine === 'postgres' || engine === 'clickhouse' ? value : value.toLowerCase()

/** A text; MySQL names its character set before it, PostgreSQL that it has escapes: E'a\\b'. */
function literalOf(value: string, prefix: string | undefined): string {
  if (prefix === 'x') return `0x${value}`
  const text = prefix === 'e' ? value.replaceAll(/\\(.)/g, '$1') : value
  return `'${instantOf(text)}'`
}

/** A condition without what databases add to it or leave out of it. */
function print(tokens: readonly Token[], engine: EngineName): string {
  const pieces: string[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    if (isSign(token, ':') && isSign(tokens[at + 1], ':')) {
      at = castEnd(tokens, at) - 1
    } else if (token.kind === 'sign') {
      if ('()[]'.includes(token.value)) continue
      const isUnequal = token.value === '!' && isSign(tokens[at + 1], '=')
      if (isUnequal) at++
      pieces.push(isUnequal ? '<' : token.value, ...(isUnequal ? ['>'] : []))
    } else if (token.kind === 'string') {
      const prefix = tokens[at - 1]?.end === token.start ? pieces.at(-1) : undefined
      if (/^(_[a-z0-9]+|x|e)$/.test(prefix ?? '')) pieces.pop()
      pieces.push(literalOf(token.value, prefix))
    } else {
      pieces.push(token.kind === 'name' ? nameOf(token.value, engine) : wordOf(token.value, engine))
    }
  }
  return SPELLINGS.reduce(
    (text, [pattern, replacement]) => text.replaceAll(pattern, replacement),
    sortMembers(pieces).join(' '),
  )
}

/** A text in a list: itself, its bytes, or these converted. */
const MEMBER = /^(?:'[\s\S]*'|0x[0-9a-f]*|convert 0x[0-9a-f]* using utf8mb4)$/i

/** Texts that a column is one of, in the order of their code units: their own says nothing. */
function sortMembers(pieces: readonly string[]): readonly string[] {
  const isAny = pieces.slice(1, 4).join(' ') === '= any array'
  const from = isAny ? 4 : pieces[1] === 'in' ? 2 : pieces.length
  const members: string[][] = [[]]
  for (const piece of pieces.slice(from)) {
    if (piece === ',') members.push([])
    else members.at(-1)?.push(piece)
  }
  const texts = members.map((member) => member.join(' '))
  if (!texts.every((text) => MEMBER.test(text))) return pieces
  return [...pieces.slice(0, from), texts.sort().join(' , ')]
}

/** The same thing, as MariaDB, MySQL and DuckDB print it. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\bconvert (.*?) using utf8mb4\b/g, '$1'],
  [/\bas char charset binary\b/g, 'as binary'],
  [/\bregexp_like\b /g, ''],
  [/ regexp /g, ' , '],
  [/(^| )! /g, '$1not '],
  [/\bcast 't' as boolean\b/g, 'true'],
  [/ mod /g, ' % '],
  // Lists, and IN of a list.
  [/ = any array /g, ' in '],
  [/\b(array|main\.list_value|list_value) /g, ''],
  [/^(\S+) in ('[^']*')$/g, '$1 = $2'],
  [/\btimestamptz\b/g, 'timestamp with time zone'],
]

/** The parts of a condition that AND joins, each printed in one way. */
export const conjunctsOf = (text: string, engine: EngineName): readonly string[] =>
  split(unguarded(tokensOf(text, QUOTING[engine]), engine)).map((part) => print(part, engine))

/** The texts of which a constraint `column IN ('a', 'b')` lets a column have one, in its order. */
export function membersIn(column: string, facts: TableFacts): readonly string[] | undefined {
  if (isIgnored(facts)) return undefined
  const { checks, engine } = facts
  for (const part of checks.flatMap((text) => split(tokensOf(text, QUOTING[engine])))) {
    const [name, word, open] = part
    const isOf = name !== undefined && nameOf(name.value, engine) === nameOf(column, engine)
    if (!isOf || name.kind === 'string' || !isWord(word, 'in') || !isSign(open, '(')) continue
    const members = part.slice(3, -1)
    const texts = members.filter((_, at) => at % 2 === 0)
    const isList =
      texts.every(({ kind }) => kind === 'string') &&
      members.every((token, at) => at % 2 === 0 || isSign(token, ',')) &&
      isSign(part.at(-1), ')')
    const values = texts.map(({ value }) => value)
    if (isList && values.length > 0 && new Set(values).size === values.length) return values
  }
  return undefined
}

/** Settings that let rows by that break a CHECK. */
const isIgnored = ({ settings }: TableFacts): boolean =>
  settings.ignore_check_constraints === '1' || settings.check_constraint_checks === 'OFF'

/** Whether constraints of the table, or of the column's domain, say what the condition says. */
export function isEnforced(condition: string, column: ColumnFacts, facts: TableFacts): boolean {
  if (isIgnored(facts)) return false
  const { engine } = facts
  const own = (column.type.domain?.checks ?? [])
    .flatMap((text) => conjunctsOf(text, engine))
    .map((text) => text.replaceAll(/\bvalue\b/g, column.name))
  const said = new Set([...facts.checks.flatMap((text) => conjunctsOf(text, engine)), ...own])
  return conjunctsOf(condition, engine).every((part) => said.has(part))
}
