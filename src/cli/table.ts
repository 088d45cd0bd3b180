import { type Ask, readFacts, type TableFacts, type TableName } from '../check/index.ts'
import { listTables } from '../check/read.ts'
import { MissingTable } from '../check/records.ts'
import { Mistake, messageOf } from './mistake.ts'

/** `app.people` is a table of the schema `app`. */
export function tableName(text: string): TableName {
  const at = text.indexOf('.')
  const [schema, name] = at === -1 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)]
  if (name === '' || schema === '') throw new Mistake('--table: expected a name, or schema.name')
  return { schema, name }
}

/** @throws Mistake that names the tables there are, where none was asked for. */
export async function requireTable(ask: Ask, table: string | undefined): Promise<string> {
  if (table === undefined) throw new Mistake(`--table is missing: ${await listTables(ask)}`)
  return table
}

/** The facts of the table that `--table` names; one that is elsewhere is named as the option takes it. */
export async function factsOf(ask: Ask, text: string): Promise<TableFacts> {
  return readFacts(ask, { table: tableName(text) }).catch((error: unknown) => {
    throw mistakeOf(error)
  })
}

/** What is wrong with `--table`, if it is that. */
export function mistakeOf(error: unknown): unknown {
  if (!(error instanceof MissingTable) || error.elsewhere === undefined) return error
  const { schema, name } = error.elsewhere
  const message = messageOf(error).replace(/^tamis\/check: /, '')
  return new Mistake(message.replace(/\)$/, `: --table ${schema}.${name})`))
}
