import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type PrintedField, sourceOf } from '../check/source.ts'
import { quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { DELIMITER, delimiterOf } from './csv-delimiter.ts'
import { whyNot } from './inferred-key.ts'
import { inferredSchema, NO_KEY, type SchemaOptions, USUAL_MEMBERS } from './inferred-schema.ts'
import { type InputFormat, isCsv, readRows } from './input.ts'
import { Mistake, printable } from './mistake.ts'
import { write } from './sink.ts'
import { Budget, MOST_MEMBERS, ObjectFacts } from './value-facts.ts'

interface InferCommandOptions {
  readonly name?: string
  readonly key?: string
  readonly omit?: readonly string[]
  readonly enumerations: number
  readonly input?: InputFormat
  readonly delimiter?: string
  readonly skipBad?: true
}

type AnyRow = Readonly<Record<string, unknown>>

/** The row without some keys; those that it has are noted. */
function withoutKeys(row: AnyRow, omit: ReadonlySet<string>, seen: Set<string>): AnyRow {
  for (const key of omit) if (Object.hasOwn(row, key)) seen.add(key)
  return Object.fromEntries(Object.entries(row).filter(([key]) => !omit.has(key)))
}

async function factsOf(file: string, options: InferCommandOptions): Promise<ObjectFacts> {
  const { input: format, delimiter, skipBad } = options
  const omit = new Set(options.omit)
  const seen = new Set<string>()
  const facts = new ObjectFacts(new Budget(), true)
  const isOfCells = isCsv(file, format)
  const rowsOptions = { format, delimiter, skipBad, showsProgress: true }
  const rows = readRows(file, rowsOptions) as AsyncIterable<AnyRow>
  for await (const given of rows) {
    const row = omit.size === 0 ? given : withoutKeys(given, omit, seen)
    if (isOfCells) facts.addCells(row as Readonly<Record<string, string>>)
    else facts.add(row)
  }
  const unknown = [...omit].find((key) => !seen.has(key))
  if (unknown !== undefined && facts.count > 0) {
    const hint = didYouMean(unknown, facts.keys?.keys() ?? [])
    const suffix = hint === undefined ? '' : ` (${hint})`
    throw new Mistake(`--omit: no row has ${quote(unknown)}${suffix}`)
  }
  return facts
}

/** The field that `--key` names. @throws Mistake if there is none, or it cannot be the key. */
function askedKey(fields: readonly PrintedField[], asked: string): PrintedField {
  const key = fields.find(({ name }) => name === asked)
  if (key === undefined) {
    const near = didYouMean(
      asked,
      fields.map(({ name }) => name),
    )
    throw new Mistake(`--key: no field ${quote(asked)}${near === undefined ? '' : ` (${near})`}`)
  }
  const why = whyNot(key)
  if (why === undefined) return key
  throw new Mistake(`--key: ${quote(asked)} ${why}`)
}

export interface ModuleOptions extends Omit<SchemaOptions, 'keyOf'> {
  readonly name: string
  readonly key?: string | undefined
}

/** A module whose schema fits rows. @throws Mistake where there is none. */
export function inferredModule(
  facts: ObjectFacts,
  { name, key: asked, ...options }: ModuleOptions,
): { readonly source: string; readonly warnings: readonly string[] } {
  const isAsked = asked !== undefined
  const schema = inferredSchema(
    facts,
    isAsked ? { ...options, keyOf: (fields) => askedKey(fields, asked) } : options,
  )
  if (typeof schema === 'string') {
    throw new Mistake(schema.startsWith(NO_KEY) ? `${schema}; name one with --key` : schema)
  }
  const { fields, key } = schema
  const warnings = schema.notes.map(({ text }) => text)
  const rows = facts.count === 1 ? '1 row' : `${facts.count} rows`
  const guess = isAsked ? '' : `: check what is required, and the key "${key}"`
  const source = sourceOf({
    ...{ table: name, fields, key, relations: {}, isOfTable: false },
    warnings: [`Inferred from ${rows}${guess}.`, ...warnings],
  })
  return { source, warnings }
}

/** Names of files of rows. */
const ROWS = /\.(?:json|jsonl|ndjson|csv|gz)$/i

/** Prints a schema for rows. */
async function infer(file = '-', options: InferCommandOptions): Promise<void> {
  const { key, enumerations, input, omit = [] } = options
  const taken = omit.find((each) => ROWS.test(each) && existsSync(each))
  if (file === '-' && taken !== undefined) {
    throw new Mistake(`--omit takes ${quote(taken)} as a key: write the file before it`)
  }
  const facts = await factsOf(file, options)
  const fileName = file === '-' ? 'rows' : basename(file).replace(/\..*$/, '')
  const name = options.name ?? fileName
  const isOfCells = isCsv(file, input)
  const { source, warnings } = inferredModule(facts, { name, key, enumerations, isOfCells })
  await write(source)
  // In the module, they are comments.
  for (const each of warnings) process.stderr.write(`tamis: ${printable(each)}\n`)
}

function mostMembers(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= MOST_MEMBERS) return Number(text)
  throw new InvalidArgumentError(`expected an integer from 0 to ${MOST_MEMBERS}.`)
}

/** Adds `tamis infer`: a schema for rows, as TypeScript. */
export const addInfer = (tamis: Command): Command =>
  tamis
    .command('infer')
    .description('print a schema that fits rows of NDJSON, JSON or CSV, as a TypeScript module')
    .argument('[file]', 'the rows; by default, and for -, standard input')
    .option('--name <name>', 'what the schema is named; by default, as the file is')
    .option('--key <field>', 'the field that identifies rows; by default, the most likely one')
    .option('--omit <key...>', 'keys that no client may see: the schema does not have them')
    .option(
      '--enumerations <most>',
      'texts with so many distinct values at most are an enumeration; 0 for none',
      mostMembers,
      USUAL_MEMBERS,
    )
    .addOption(
      new Option('--input <format>', 'what the rows are, if the name does not say it').choices([
        'json',
        'csv',
      ]),
    )
    .option(...DELIMITER, delimiterOf)
    .option('--skip-bad', 'leave out rows that cannot be read, and say how many and why')
    .action(infer)
