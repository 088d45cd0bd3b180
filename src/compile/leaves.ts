import type { OperatorName } from '../operators/index.ts'
import type { Field } from '../schema/field.ts'
import { leafOpposite, leafPredicate, leafSelection } from './leaf.ts'

interface LeafCode {
  readonly leafOpposite: typeof leafOpposite
  readonly leafPredicate: typeof leafPredicate
  readonly leafSelection: typeof leafSelection
}

/** One copy of `leaf.ts` as it stands here; the build puts many in its place. */
const copies: readonly LeafCode[] = [{ leafOpposite, leafPredicate, leafSelection }]

/** Keys that clients make up get a share of their own, so that they cannot use up the others'. */
const MADE_UP = Math.floor(copies.length / 4)

/** How many paths have copies of their own; bounded, for clients can make up paths. */
const MOST_PATHS = 1000

/** A field as leaves reach it, and the code of each operator's. */
interface Dealt {
  /** The key of the object in the row that holds the value; undefined where that is the row. */
  readonly outer: string | undefined
  readonly key: string
  /** Whether a leaf cannot reach it: it is further inside, or has a name that every object has. */
  readonly isFar: boolean
  readonly codes: Map<OperatorName, LeafCode>
}

/** By path, so that fields of one name in several schemas share theirs. */
const byPath = new Map<string, Dealt>()
const byField = new WeakMap<Field, Dealt>()

let own = 0
let madeUp = 0

/** The next copy; when all are dealt, from the first on again: shared code is slower, not wrong. */
function next(field: Field): LeafCode {
  const isMadeUp = MADE_UP > 0 && field.wildcard !== undefined
  const index = isMadeUp ? madeUp++ % MADE_UP : MADE_UP + (own++ % (copies.length - MADE_UP))
  return copies[index] as LeafCode
}

function deal(field: Field): Dealt {
  const path = JSON.stringify(field.path)
  let dealt = byPath.get(path)
  if (dealt === undefined) {
    const [first, second] = field.path as [string, string?]
    const [outer, key] = second === undefined ? [undefined, first] : [first, second]
    const isFar = field.path.length > 2 || field.path.some((each) => each in Object.prototype)
    dealt = { outer, key, isFar, codes: new Map() }
    if (byPath.size < MOST_PATHS) byPath.set(path, dealt)
  }
  byField.set(field, dealt)
  return dealt
}

export const dealtTo = (field: Field): Dealt => byField.get(field) ?? deal(field)

/** The copy that the leaves of a field and an operator are made by. */
export function leafCode({ codes }: Dealt, field: Field, operator: OperatorName): LeafCode {
  const known = codes.get(operator)
  if (known !== undefined) return known
  const code = next(field)
  codes.set(operator, code)
  return code
}
