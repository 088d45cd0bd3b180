import fc from 'fast-check'
import { filterArbitrary } from 'tamis/fast-check'
import { usersSchema } from 'tamis/users'
import { commandArbitraries, isRefused, upsertOne } from './commands.ts'
import type { Database } from './databases.ts'
import { users } from './inputs.ts'
import { Model, type ModelSettings } from './model.ts'
import { System } from './system.ts'

const START = Date.parse('2024-05-01T12:00:00Z')

/** Rows such as the commands make, so that filters are true of some. */
const samples = fc
  .sample(users, { seed: 1, numRuns: 40 })
  .map((user) => ({ ...user, created_at: new Date(START).toISOString() }))

const settingsArbitrary: fc.Arbitrary<ModelSettings> = fc.record({
  uniqueUsernames: fc.constantFrom('no', 'app', 'team', 'team'),
  guests: fc.nat(7).map((n) => n > 0),
  usesTeams: fc.nat(7).map((n) => n === 0),
})

/** Whatever is done to the users of a database, its answers and its lists are those of the model. */
export function agreesWithModel({ fresh, lasts, engine }: Database, maxCommands = 50) {
  const refusesKeys = engine.features.refuses !== undefined
  const commands = fc.commands(commandArbitraries({ lasts, refusesKeys, samples }), {
    maxCommands,
    size: 'max',
  })
  const filter = filterArbitrary(usersSchema, { rows: samples }).filter(
    (own) => !refusesKeys || !isRefused(own),
  )
  const filters = fc.array(filter, { maxLength: 3 })
  return fc.asyncProperty(
    settingsArbitrary,
    filters,
    fc.array(upsertOne, { minLength: 1, maxLength: 9, size: 'max' }),
    commands,
    async (settings, watched, first, sequence) => {
      const { url, drop } = await fresh()
      const system = new System(url, settings, watched, START)
      try {
        await system.open()
        const model = new Model(settings, START)
        // Without users most commands are refused.
        for (const step of first) await step.run(model, system)
        await fc.asyncModelRun(() => ({ model, real: system }), sequence)
      } finally {
        await system.close().finally(drop)
      }
    },
  )
}
