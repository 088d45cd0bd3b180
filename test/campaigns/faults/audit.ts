/**
 * Triggers that record each write of a user and each end of a task, in the transaction that makes it:
 * unlike the log of changes, no worker removes what they record.
 */

import type { Runner } from '../../users/runners.ts'

/** A write of a user's row. */
export interface Audited {
  readonly id: string
  /** What the row has of the operation that wrote it, in `image`. */
  readonly op: string | undefined
  readonly what: 'written' | 'deactivated' | 'deleted' | 'removed'
}

/** A task's row was written as ended. */
export interface TaskEnd {
  readonly id: string
  readonly status: string
}

const COLUMNS = '(what, id, op)'

/** The state of the row that a trigger got. */
const STATE = `CASE WHEN NEW.deleted_at IS NOT NULL THEN 'deleted'
  WHEN NEW.deactivated_at IS NOT NULL THEN 'deactivated' ELSE 'written' END`

const WRITTEN = `INSERT INTO faults_audit ${COLUMNS} VALUES (${STATE}, NEW.id, NEW.image)`
const REMOVED = `INSERT INTO faults_audit ${COLUMNS} VALUES ('removed', OLD.id, NULL)`
const ENDED = `INSERT INTO faults_audit ${COLUMNS} SELECT 'task', NEW.id, NEW.status
  WHERE NEW.status IN ('completed', 'failed')`

/** What each trigger records: its event, its table and its statement. */
const TRIGGERS = [
  ['INSERT', 'tamis_users', WRITTEN],
  ['UPDATE', 'tamis_users', WRITTEN],
  ['DELETE', 'tamis_users', REMOVED],
  ['UPDATE', 'tamis_tasks', ENDED],
] as const

/** What makes the table of the audit, and a trigger, by the name of the engine. */
const WORDS: Readonly<
  Record<
    string,
    {
      readonly table: string
      trigger(name: string, event: string, table: string, statement: string): readonly string[]
    }
  >
> = {
  SQLite: {
    table: 'seq INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, id TEXT, op TEXT',
    trigger: (name, event, table, statement) => [
      `CREATE TRIGGER ${name} AFTER ${event} ON ${table} BEGIN ${statement}; END`,
    ],
  },
  PostgreSQL: {
    table: 'seq bigserial PRIMARY KEY, what text, id text, op text',
    trigger: (name, event, table, statement) => [
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN ${statement}; RETURN NULL; END $$`,
      `CREATE TRIGGER ${name} AFTER ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
    ],
  },
  MariaDB: byMysql(),
  MySQL: byMysql(),
}

function byMysql() {
  return {
    table: 'seq bigint AUTO_INCREMENT PRIMARY KEY, what text, id text, op text',
    trigger: (name: string, event: string, table: string, statement: string) => [
      `CREATE TRIGGER ${name} AFTER ${event} ON ${table} FOR EACH ROW ${statement.replace(' WHERE', ' FROM dual WHERE')}`,
    ],
  }
}

/** Makes the triggers; the tables of the users must be there. */
export async function startAudit(engine: string, { run }: Runner): Promise<void> {
  const words = WORDS[engine]
  if (words === undefined) throw new TypeError(`no triggers for ${engine}`)
  await run(`CREATE TABLE faults_audit (${words.table})`)
  for (const [i, [event, table, statement]] of TRIGGERS.entries()) {
    for (const text of words.trigger(`faults_${i}`, event, table, statement)) await run(text)
  }
}

/** All that was recorded, in the order in which it was written. */
export async function readAudit({
  run,
}: Runner): Promise<{ readonly writes: readonly Audited[]; readonly ends: readonly TaskEnd[] }> {
  const writes: Audited[] = []
  const ends: TaskEnd[] = []
  for (const { what, id, op } of await run('SELECT what, id, op FROM faults_audit ORDER BY seq')) {
    if (what === 'task') ends.push({ id: String(id), status: String(op) })
    else {
      const state = STATES.find((each) => each === what)
      if (state === undefined) throw new Error(`the audit has ${JSON.stringify(what)}`)
      writes.push({ id: String(id), op: op === null ? undefined : String(op), what: state })
    }
  }
  return { writes, ends }
}

const STATES = ['written', 'deactivated', 'deleted', 'removed'] as const
