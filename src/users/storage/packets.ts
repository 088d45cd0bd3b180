/** MariaDB and MySQL take statements of `max_allowed_packet` bytes at most; the others take any. */

import { UsersError } from '../error.ts'
import { type Change, idOf } from './change.ts'

/** How many bytes of rows go in one statement, where the server takes more. */
const STATEMENT = 1024 * 1024

/** What a row takes beside its long texts, and a statement beside its rows. */
const ROW = 1024

const ENCODER = new TextEncoder()

/** How long a text is in a statement at most: mysql2 escapes these characters. */
function sizeOf(text: string | null): number {
  if (text === null) return 0
  const escaped = text.match(/["'\\\0\n\r\x1a]/g)?.length ?? 0
  return ENCODER.encode(text).length + escaped
}

/**
 * Refuses users that a statement could not hold: a change is logged with the user as it was and as it
 * is, so that one of them may take half of the room.
 *
 * @throws UsersError `invalid_input` that names the user.
 */
export function checkSizes(packet: number | undefined, changes: readonly Change[]): void {
  if (packet === undefined) return
  const most = Math.floor((packet - ROW) / 2)
  for (const change of changes) {
    const { before, after } = change
    if (after === undefined) continue
    const size = sizeOf(JSON.stringify(after))
    // What was stored before there was this limit may still be marked as deleted, if it fits at all.
    const fits = before !== undefined && size + sizeOf(JSON.stringify(before)) < packet - ROW
    if (size <= most || fits) continue
    throw new UsersError(
      'invalid_input',
      `the user ${idOf(change)} is too large: ${size} bytes, where the database takes ${most}`,
      { user_id: idOf(change) },
    )
  }
}

/** Whether a statement can hold a text. */
export const fitsStatement = (packet: number | undefined, text: string): boolean =>
  packet === undefined || sizeOf(text) < packet - ROW

/** Rows in groups, each of which one statement holds. */
export function inStatements<R extends object>(
  packet: number | undefined,
  rows: readonly R[],
): readonly (readonly R[])[] {
  if (packet === undefined) return [rows]
  const most = Math.min(STATEMENT, packet - ROW)
  const groups: R[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const row of rows) {
    let bytes = ROW
    for (const value of Object.values(row)) bytes += typeof value === 'string' ? sizeOf(value) : 0
    if (size + bytes > most) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(row)
    size += bytes
  }
  return groups
}
