import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { Tokenizer, TokenParser } from '@streamparser/json'
import { parseJson } from '../kinds/json.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { Mistake, messageOf } from './mistake.ts'

/** Integers beyond ±(2^53 − 1) as bigints, as `parseJson` gives them. */
class ExactTokenizer extends Tokenizer {
  override parseNumber(text: string): number {
    // The declared type is too narrow: the parser passes on any value.
    return parseJson(text) as number
  }
}

/** Reads rows from text that comes in chunks; returns the rows that are complete. */
interface RowReader {
  write(text: string): unknown[]
  end(): unknown[]
}

function rowOf(value: unknown, place: string): unknown {
  if (isPlainObject(value)) return value
  throw new Mistake(`${place}: expected a JSON object`)
}

/** Newline-delimited JSON: a row a line; empty lines do not count. */
function lineReader(name: string): RowReader {
  let number = 0
  // The pieces of an incomplete line. They are joined once, so that a long line takes linear time.
  let pieces: string[] = []
  const read = (line: string): unknown[] => {
    number++
    if (line.trim() === '') return []
    const place = `${name}, line ${number}`
    try {
      return [rowOf(parseJson(line), place)]
    } catch (error) {
      if (error instanceof Mistake) throw error
      throw new Mistake(`${place}: not valid JSON: ${messageOf(error)}`)
    }
  }
  const finish = (): string => {
    const line = pieces.join('')
    pieces = []
    return line
  }
  return {
    write(text) {
      const [head = '', ...lines] = text.split('\n')
      pieces.push(head)
      const last = lines.pop()
      if (last === undefined) return []
      const complete = [finish(), ...lines]
      pieces.push(last)
      return complete.flatMap(read)
    },
    end: () => read(finish()),
  }
}

/** One JSON array of rows, whose elements are returned as they are complete. */
function arrayReader(name: string): RowReader {
  let rows: unknown[] = []
  let number = 0
  const tokenizer = new ExactTokenizer()
  const parser = new TokenParser({ paths: ['$.*'], keepStack: false })
  tokenizer.onToken = parser.write.bind(parser)
  parser.onValue = ({ value }) => {
    rows.push(rowOf(value, `${name}, element ${++number}`))
  }
  const fail = (error: unknown): never => {
    if (error instanceof Mistake) throw error
    throw new Mistake(`${name}, after element ${number}: not valid JSON: ${messageOf(error)}`)
  }
  tokenizer.onError = fail
  parser.onError = fail
  const take = (): unknown[] => {
    const taken = rows
    rows = []
    return taken
  }
  return {
    write(text) {
      try {
        tokenizer.write(text)
      } catch (error) {
        fail(error)
      }
      return take()
    },
    end() {
      if (!parser.isEnded) fail(new Error('the array is not closed'))
      return take()
    },
  }
}

/** The rows of a file, or of standard input (`-`): NDJSON, or one JSON array. */
export async function* readRows(file: string): AsyncGenerator<unknown> {
  const name = file === '-' ? 'standard input' : file
  const chunks: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  const decoder = new StringDecoder('utf8')
  let reader: RowReader | undefined
  let start = ''
  const read = (text: string): unknown[] => {
    if (reader !== undefined) return reader.write(text)
    start += text
    // A byte order mark is not part of the text. Empty lines are, because lines are counted.
    const first = /^\uFEFF?\s*(\S)/.exec(start)?.[1]
    if (first === undefined) return []
    reader = first === '[' ? arrayReader(name) : lineReader(name)
    return reader.write(start.replace(/^\uFEFF/, ''))
  }
  try {
    for await (const chunk of chunks) yield* read(decoder.write(chunk))
    yield* read(decoder.end())
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) {
      throw new Mistake(`cannot read ${name}: ${error.message}`)
    }
    throw error
  }
  if (reader !== undefined) yield* reader.end()
}
