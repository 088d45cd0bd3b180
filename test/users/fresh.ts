import { isFull } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import type { Engine } from '../support/engines/engine.ts'
import { databases as all } from './databases.ts'
import { RUNNERS, type Runner } from './runners.ts'

/** An empty database that several processes can open, and a way past the users system into it. */
export interface Fresh extends Pick<Runner, 'run'> {
  /** What `createUsers` opens. */
  readonly db: string
  drop(): Promise<void>
}

/** `npm test` uses SQLite, except for the model test, which uses every database, as `test:all` does. */
const isAsked = ({ name }: Engine): boolean => isFull || name === 'SQLite'

/** The databases that last, as far as the setup could reach them. */
export const databases = all
  .filter(({ lasts, engine }) => lasts && available.includes(engine) && isAsked(engine))
  .map(({ engine, fresh }) => ({
    name: engine.name,
    async fresh(): Promise<Fresh> {
      const { url, drop } = await fresh()
      const { run, end } = await (RUNNERS[engine.name] as (typeof RUNNERS)[string])(url)
      return {
        db: url,
        run,
        async drop() {
          await end()
          await drop()
        },
      }
    },
  }))
