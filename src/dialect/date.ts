import type { Refuse } from './names.ts'
import type { ColumnPlace } from './place.ts'
import { readCanonical } from './types.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/**
 * Reads a day that a driver gave: text, as SELECT asks for it, or a Date at its local midnight, which
 * pg and mysql2 make of the column itself.
 */
export const dayReader =
  (refuse: Refuse) =>
  (stored: unknown, place: ColumnPlace): unknown => {
    if (!(stored instanceof Date)) return readCanonical(stored, place)
    const midnight = new Date(stored)
    midnight.setHours(0, 0, 0, 0)
    if (midnight.getTime() !== stored.getTime()) {
      return refuse(place, 'the driver gave an instant that is no local midnight; read it as text')
    }
    const year = String(stored.getFullYear()).padStart(4, '0')
    return place.kind.read(`${year}-${two(stored.getMonth() + 1)}-${two(stored.getDate())}`)
  }
