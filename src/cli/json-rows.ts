import { Tokenizer, TokenParser } from '@streamparser/json'
import { parseJson } from '../kinds/json.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { Mistake, messageOf } from './mistake.ts'

/** Reports a row that cannot be read, with the number of its line or element. It may throw. */
export type Refuse = (number: number, reason: string) => void

/** Reads rows from text that comes in chunks; gives the rows that are complete, before an error. */
export interface RowReader {
  write(text: string): Iterable<unknown>
  end(): Iterable<unknown>
}

/** The most characters of a line. A row of a real table is far from it, and V8 has no text of 2^29. */
const LONGEST_LINE = 2 ** 26

const NO_OBJECT = 'expected a JSON object'

/** Integers beyond ±(2^53 − 1) as bigints, as `parseJson` gives them. */
class ExactTokenizer extends Tokenizer {
  override parseNumber(text: string): number {
    // The declared type is too narrow: the parser passes on any value.
    return parseJson(text) as number
  }
}

/** Newline-delimited JSON: a row a line; empty lines do not count. */
export function lineReader(refuse: Refuse): RowReader {
  let number = 0
  // The pieces of an incomplete line. They are joined once, so that a long line takes linear time.
  let pieces: string[] = []
  let length = 0
  const keep = (piece: string): void => {
    length += piece.length
    if (length > LONGEST_LINE) {
      throw new Mistake(`line ${number + 1}: longer than ${LONGEST_LINE} characters`)
    }
    pieces.push(piece)
  }
  /** The row of a line; undefined if it has none. */
  const rowOf = (line: string): object | undefined => {
    number++
    if (line.trim() === '') return undefined
    try {
      const value = parseJson(line)
      if (isPlainObject(value)) return value
    } catch (error) {
      const hint = number === 1 ? '; expected one JSON object a line, or an array of objects' : ''
      refuse(number, `not valid JSON: ${messageOf(error)}${hint}`)
      return undefined
    }
    refuse(number, NO_OBJECT)
    return undefined
  }
  function* rowsOf(lines: Iterable<string>): Generator<object> {
    for (const line of lines) {
      const row = rowOf(line)
      if (row !== undefined) yield row
    }
  }
  const finish = (): string => {
    const line = pieces.join('')
    pieces = []
    length = 0
    return line
  }
  return {
    write(text) {
      const [head = '', ...lines] = text.split('\n')
      keep(head)
      const last = lines.pop()
      if (last === undefined) return []
      const complete = [finish(), ...lines]
      keep(last)
      return rowsOf(complete)
    },
    end: () => rowsOf([finish()]),
  }
}

/** One JSON array of rows, whose elements are returned as they are complete. */
export function arrayReader(name: string, refuse: Refuse): RowReader {
  let rows: unknown[] = []
  let number = 0
  const tokenizer = new ExactTokenizer()
  const parser = new TokenParser({ paths: ['$.*'], keepStack: false })
  tokenizer.onToken = parser.write.bind(parser)
  parser.onValue = ({ value }) => {
    number++
    if (isPlainObject(value)) rows.push(value)
    else refuse(number, NO_OBJECT)
  }
  // What follows cannot be told from the array's structure: this is no matter of one row.
  const fail = (error: unknown): never => {
    if (error instanceof Mistake) throw error
    throw new Mistake(`${name}, after element ${number}: not valid JSON: ${messageOf(error)}`)
  }
  tokenizer.onError = fail
  parser.onError = fail
  const take = (): readonly unknown[] => {
    const taken = rows
    rows = []
    return taken
  }
  return {
    *write(text) {
      let failure: unknown
      try {
        tokenizer.write(text)
      } catch (error) {
        failure = error
      }
      yield* take()
      if (failure !== undefined) fail(failure)
    },
    end() {
      if (!parser.isEnded) fail(new Error('the array is not closed'))
      return take()
    },
  }
}
