import { parseFilter } from 'tamis'
import { usersSchema } from 'tamis/users'
import { measure } from '../measure.ts'
import type { Question } from '../question.ts'

const COPIES = 256

/** Reads an object as a client's must be read: no symbol, no accessor, each value once. */
function read(value: object, symbols: boolean): unknown {
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const values: unknown[] = []
  for (const key of Object.getOwnPropertyNames(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (property === undefined || !('value' in property)) return undefined
    values.push(property.value)
  }
  return symbols && Object.getOwnPropertySymbols(value).length > 0 ? undefined : values
}

export const floor: Question = {
  title: 'What must be asked of an object from outside',
  text: 'The least that a reader of one filter `{role}` does who ignores nothing: no symbol as a key, no accessor, each value read once. Each object of a filter costs it again. Nanoseconds are per object.',
  async ask(run) {
    const copies = Array.from({ length: COPIES }, (_, i) => JSON.parse(`{"role":"r${i % 7}"}`))
    let next = 0
    const fresh = () => copies[next++ % COPIES] as object
    const measured = measure(
      {
        'its keys alone': () => typeof Object.getOwnPropertyNames(fresh()),
        'and a descriptor for each key': () => typeof read(fresh(), false),
        'and its symbols': () => typeof read(fresh(), true),
        'tamis, the whole filter': () => typeof parseFilter(usersSchema, fresh()),
      },
      1,
      run,
    )
    return [{ name: '{role}', measured, goals: [] }]
  },
}
