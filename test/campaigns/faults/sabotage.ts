/** Promises that are broken on purpose, so that each check is seen to fail. */

import type { Runner } from '../../users/runners.ts'
import type { Write } from './model.ts'
import type { Sabotage, World } from './world.ts'

/** Changes the database after a round, as a bug of the system would have. */
const inDatabase =
  (change: (runner: Runner, world: World) => Promise<unknown>): Sabotage =>
  async (world) => {
    await change(world.target.runner, world)
  }

/** Writes that are sabotaged already. */
const used = new WeakSet<Write>()

/** An acknowledged write of at least so many users, another one each time. */
function acknowledged({ model }: World, least: number): Write {
  const write = model.writes.find(
    (each) =>
      each.outcome === 'acknowledged' &&
      each.ids.length >= least &&
      each.ids[0]?.startsWith('w') &&
      !used.has(each),
  )
  if (write === undefined) throw new Error('the round was too short for the sabotage')
  used.add(write)
  return write
}

function taskOf({ model }: World, kind: string) {
  const task = model.tasks.find((each) => each.kind === kind)
  if (task === undefined) throw new Error(`the round was too short: no task (${kind})`)
  return task
}

/** Whether the model has the writes and tasks that the sabotages work on. */
export const hasEnough = ({ model: { writes, tasks } }: World): boolean =>
  tasks.some(({ kind }) => kind === 'deactivate') &&
  writes.filter(({ outcome, ids }) => {
    return outcome === 'acknowledged' && ids.length >= 2 && ids[0]?.startsWith('w')
  }).length >= 4

/** A sabotage, and what the check of the broken promise says. */
interface Breaking {
  readonly work: Sabotage
  readonly finds: RegExp
}

export const SABOTAGES: Readonly<Record<string, Breaking>> = {
  lost: {
    work: inDatabase(({ run }, world) =>
      run(`DELETE FROM faults_audit WHERE op = '${acknowledged(world, 1).op}'`),
    ),
    finds: /^op-\d+ is lost/,
  },
  half: {
    work: inDatabase(({ run }, world) => {
      const { op, ids } = acknowledged(world, 2)
      return run(`DELETE FROM faults_audit WHERE op = '${op}' AND id = '${ids[0]}'`)
    }),
    finds: /^half of op-\d+ was done/,
  },
  twice: {
    work: inDatabase(({ run }, world) =>
      run(`INSERT INTO faults_audit (what, id, op) SELECT what, id, op FROM faults_audit
        WHERE op = '${acknowledged(world, 1).op}' AND what = 'written'`),
    ),
    finds: /^op-\d+ was done twice/,
  },
  refused: {
    async work(world) {
      acknowledged(world, 1).outcome = 'refused'
    },
    finds: /^op-\d+ was refused, and done/,
  },
  halfOfUser: {
    work: inDatabase(({ run }) => run("UPDATE tamis_users SET name = 'other' WHERE id LIKE 'w%'")),
    finds: /^half of w\d-\d+ is stored/,
  },
  vanished: {
    work: inDatabase(({ run }) => run("UPDATE tamis_users SET image = 'other' WHERE id LIKE 'w%'")),
    finds: /^nobody has sent other/,
  },
  taskTwice: {
    work: inDatabase(({ run }, world) =>
      run(`UPDATE tamis_tasks SET updated_at = updated_at
        WHERE id = '${world.model.tasks[0]?.id}'`),
    ),
    finds: /^the task \S+ \(\w+\) ended 2 times/,
  },
  taskGone: {
    work: inDatabase(({ run }, world) =>
      run(`DELETE FROM tamis_tasks WHERE id = '${world.model.tasks.at(-1)?.id}'`),
    ),
    finds: /^not after \d+ ms: the task \S+ \(\w+\) is completed/,
  },
  noHook: {
    async work(world) {
      const { id, kind, ids } = taskOf(world, 'deactivate')
      world.model.tasks.push({ id, kind, ids: [...ids, 'w0-0'] })
    },
    finds: /^no hook was called for w0-0/,
  },
  online: {
    work: inDatabase(({ run }) =>
      run("UPDATE tamis_users SET online = TRUE WHERE id LIKE 'p%' AND deleted_at IS NULL"),
    ),
    finds: /nobody is online without a stream/,
  },
  death: {
    async work({ servers }) {
      servers[0]?.betray()
    },
    finds: /^one ended by SIGKILL/,
  },
}
