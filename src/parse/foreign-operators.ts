import { oneOf } from '../error/describe.ts'
import type { OperatorName } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'

const PARTS: readonly OperatorName[] = ['$startsWith', '$endsWith', '$includes', '$autocomplete']
const FOLDED_PARTS: readonly OperatorName[] = ['$istartsWith', '$iendsWith', '$iincludes', '$ieq']
const WORDS: readonly OperatorName[] = ['$autocomplete', '$includes']

/** Operators of other query languages, and those here that people use them for. */
const MEANT: ReadonlyMap<string, readonly OperatorName[]> = /* @__PURE__ */ new Map([
  ['$regex', PARTS],
  ['$regexp', PARTS],
  ['$matches', PARTS],
  ['$like', PARTS],
  ['$notlike', PARTS],
  ['$options', FOLDED_PARTS],
  ['$iregex', FOLDED_PARTS],
  ['$ilike', FOLDED_PARTS],
  ['$text', WORDS],
  ['$search', WORDS],
  ['$fulltext', WORDS],
  ['$contains', ['$includes', '$iincludes', '$autocomplete']],
  ['$icontains', ['$iincludes', '$autocomplete']],
  ['$substring', ['$includes']],
  ['$beginswith', ['$startsWith', '$istartsWith']],
  ['$prefix', ['$startsWith', '$istartsWith']],
  ['$suffix', ['$endsWith', '$iendsWith']],
  ['$iexact', ['$ieq']],
  ['$between', ['$gte', '$lte']],
  ['$isnull', ['$exists']],
  ['$null', ['$exists']],
])

/**
 * What to use instead of an operator that people know from elsewhere: of those that mean what it does
 * the ones that the field allows; undefined of any other name.
 */
export function foreignOperator(field: Field, name: string, trusted: boolean): string | undefined {
  const meant = MEANT.get(name.toLowerCase())?.filter((each) => each in field.type.operators)
  if (meant === undefined || meant.length === 0) return undefined
  const allowed = meant.filter((each) => trusted || field.operators.has(each))
  if (allowed.length === 2 && allowed[0] === '$gte') return 'write {"$gte": …, "$lte": …}'
  if (allowed.length > 0) return `use ${oneOf(allowed)} instead; operands are values, not patterns`
  return `what stands for it here is ${oneOf(meant)}, which this field does not allow`
}
