import type { TextPart } from '../dialect/text.ts'
import { foldCase } from '../kinds/case-fold.ts'
import { isText } from '../kinds/string.ts'
import type { Cost, Operator, Service } from './operator.ts'

/**
 * Whether a text has another at its start, at its end or anywhere. Both are well-formed, so that
 * JavaScript's code units give what code points do.
 */
const HAS: Readonly<Record<TextPart, (text: string, part: string) => boolean>> = {
  start: (text, part) => text.startsWith(part),
  end: (text, part) => text.endsWith(part),
  anywhere: (text, part) => text.includes(part),
}

/** A prefix is a range, with two ends; elsewhere the whole text is read. */
const COSTS: Readonly<Record<TextPart, Cost>> = {
  start: { passes: 2, comparing: 0 },
  end: { passes: 1, comparing: 4 },
  anywhere: { passes: 1, comparing: 8 },
}

const partOf = (part: TextPart, servedBy?: Service) =>
  ({
    shape: 'text',
    ...(servedBy && { servedBy }),
    lookup: (_type, operand) => servedBy && { prefix: operand },
    cost: () => COSTS[part],
    test(_type, operand) {
      const has = HAS[part]
      return (value) => typeof value === 'string' && has(value, operand) && isText(value)
    },
    sql: (column, _type, operand, negated) => column.hasText(part, operand, negated),
  }) as const satisfies Operator<'text'>

/** `$startsWith`: begins with the operand, which is text whatever it holds. */
export const $startsWith = /* @__PURE__ */ partOf('start', 'index')

/** `$endsWith`: ends with the operand. */
export const $endsWith = /* @__PURE__ */ partOf('end')

/** `$includes`: has the operand in it. */
export const $includes = /* @__PURE__ */ partOf('anywhere')

const foldedPartOf = (part: TextPart, servedBy?: Service) =>
  ({
    shape: 'text',
    isFolded: true,
    ...(servedBy && { servedBy }),
    lookup: (_type, operand) => servedBy && { prefix: foldCase(operand) },
    cost: () => COSTS[part],
    test(_type, operand) {
      const has = HAS[part]
      const folded = foldCase(operand)
      return (value) => typeof value === 'string' && has(foldCase(value), folded) && isText(value)
    },
    sql: (column, _type, operand, negated) =>
      column.folded().hasText(part, foldCase(operand), negated),
  }) as const satisfies Operator<'text'>

/** `$istartsWith`: as `$startsWith`, without regard to case; see `kinds/case-fold.ts`. */
export const $istartsWith = /* @__PURE__ */ foldedPartOf('start', 'folded')

/** `$iendsWith`: as `$endsWith`, without regard to case. */
export const $iendsWith = /* @__PURE__ */ foldedPartOf('end')

/** `$iincludes`: as `$includes`, without regard to case. */
export const $iincludes = /* @__PURE__ */ foldedPartOf('anywhere')
