// Longer than most files here: one phrase for each kind of condition, in the order of reading.

import {
  type Condition,
  type Leaf,
  operatorOf,
  refuseCondition,
  type Some,
} from '../condition/condition.ts'
import { isRelative } from '../condition/timed.ts'
import { describe, printable } from '../error/describe.ts'
import { memberOf, membersOf } from '../kinds/dynamic.ts'
import type { Scalar } from '../kinds/kind.ts'
import { type AnyOperatorName, isOperatorName } from '../operators/names.ts'
import type { Operand, Shape } from '../operators/operator.ts'
import { de } from './words/de.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import type { FilterWords, Phrase } from './words/words.ts'

const LANGUAGES = { en, de, es, fr } as const

export interface DescribeOptions {
  /** `en` (the default), `de`, `es` or `fr`, also with a region (`de-AT`), or the words of a language. */
  readonly locale?: keyof typeof LANGUAGES | `${keyof typeof LANGUAGES}-${string}` | FilterWords
  /** What a field is called; its name by default. */
  readonly label?: (field: string) => string
  /** How many values of a list are named; 10 by default. */
  readonly values?: number
}

/**
 * A condition in words, for people: of a filter that was saved, say. Texts are quoted where they could
 * be read as something else, and cut after 60 characters.
 *
 * @throws TypeError if the locale is not known.
 * @example
 * describeFilter(parseFilter(people, { role: { $in: ['admin', 'moderator'] }, age: { $gte: 18 } }))
 * // role is admin or moderator, and age at least 18
 */
export function describeFilter(
  condition: Condition,
  { locale = 'en', label = (field) => field, values = 10 }: DescribeOptions = {},
): string {
  const [words, language] =
    typeof locale === 'object' ? [locale, undefined] : [wordsOf(locale), languageOf(locale)]
  return new Describer(words, language, label, values).whole(condition)
}

const languageOf = (locale: string): string => locale.split('-', 1)[0] ?? locale

function wordsOf(locale: string): FilterWords {
  const language = languageOf(locale)
  for (const [name, words] of Object.entries(LANGUAGES)) if (name === language) return words
  const known = Object.keys(LANGUAGES).join(', ')
  throw new TypeError(
    `tamis: locale: expected one of ${known}, or the words of a language, received ${describe(locale)}`,
  )
}

/** What is said of an operand: a phrase, and the values that it is about. */
interface Said {
  readonly phrase: Phrase
  readonly values: readonly (Scalar | null)[]
  /** Whether the operand denies what the phrase says. */
  readonly denied?: boolean
}

const SHOWN = 60

/** A word, or a name with the signs that names have. */
const WORD = /^[\p{L}\p{M}\p{N}_@.-]+$/u

/** What would be read as a value of another kind. */
const OTHER = /^(?:true|false|null|[+-]?[\d.]+(?:e[+-]?\d+)?)$/i

class Describer {
  readonly #words: FilterWords
  readonly #language: string | undefined
  readonly #label: (field: string) => string
  readonly #most: number

  constructor(
    words: FilterWords,
    language: string | undefined,
    label: (field: string) => string,
    most: number,
  ) {
    this.#words = words
    this.#language = language
    this.#label = label
    this.#most = most
  }

  whole(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const { kind, conditions } = condition
        if (conditions.length === 0)
          return kind === 'and' ? this.#words.everything : this.#words.none
        const { between, [kind]: last } = this.#words.conditions
        return joined(
          conditions.map((each) => this.#part(each)),
          between,
          last,
        )
      }
      case 'leaf':
        return this.#leaf(condition)
      case 'some':
        return this.#some(condition)
      default:
        return refuseCondition(condition)
    }
  }

  /** A condition among others: in parentheses if it is made of several. */
  #part(condition: Condition): string {
    const text = this.whole(condition)
    return condition.kind === 'and' || condition.kind === 'or' ? `(${text})` : text
  }

  /** A condition on the elements of a list: in parentheses, since its fields are theirs. */
  #some({ field, operator, condition, negated }: Some): string {
    const { is, not } = this.#phrase(operator)
    const inner = `(${this.whole(condition)})`
    return this.#filled(negated ? not : is, field.name, () => inner)
  }

  /** A phrase with what its placeholders stand for. */
  #filled(
    template: string,
    field: string,
    value: (placeholder: string) => string | undefined,
  ): string {
    return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
      name === 'field' ? printable(this.#label(field)) : (value(name) ?? whole),
    )
  }

  #leaf(leaf: Leaf): string {
    const { field, operator, negated, timed } = leaf
    const { own } = operatorOf(field.type, operator)
    if (own !== undefined) return this.#own(leaf, own.phraseIn(this.#language))
    // What depends on the time is named as it was written.
    const operand = (timed?.operand ?? leaf.operand) as Operand
    const { shape } = operatorOf(field.type, operator)
    const { phrase, values, denied = false } = this.#said(leaf, shape, operand)
    const texts = this.#texts(leaf, values)
    const { between, and, or } = this.#words.values
    const last: Readonly<Record<string, string>> = { value: between, list: between, and, or }
    const template = negated === denied ? phrase.is : phrase.not
    return this.#filled(template, field.name, (name) => {
      const own = Object.hasOwn(last, name) ? last[name] : undefined
      return own === undefined ? undefined : joined(texts, between, own)
    })
  }

  #phrase(operator: AnyOperatorName): Phrase {
    const phrase = isOperatorName(operator) ? this.#words.operators[operator] : undefined
    // No language has words for it: as filters have it.
    return phrase ?? { is: `{field} ${operator} {value}`, not: `{field} $not ${operator} {value}` }
  }

  /** An operator of the schema's own: of an operand that is an object, its values by their keys, too. */
  #own({ field, operator, operand, negated }: Leaf, given: Phrase | undefined): string {
    const phrase = given ?? this.#phrase(operator)
    const shown = (value: unknown): string => {
      if (typeof value === 'string') return this.#text(value)
      if (Array.isArray(value)) {
        const { between, and } = this.#words.values
        return joined(value.map(shown), between, and)
      }
      if (typeof value === 'object' && value !== null) {
        const text = JSON.stringify(value, (_, each) =>
          typeof each === 'bigint' ? String(each) : each,
        )
        return printable(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
      }
      if (typeof value === 'boolean') return value ? this.#words.true : this.#words.false
      return value === null ? this.#words.nothing : String(value)
    }
    return this.#filled(negated ? phrase.not : phrase.is, field.name, (name) => {
      if (name === 'value') return shown(operand)
      const isObject = typeof operand === 'object' && operand !== null && !Array.isArray(operand)
      const found = isObject ? new Map(Object.entries(operand)).get(name) : undefined
      return found === undefined ? undefined : shown(found)
    })
  }

  /** The phrase of an operator, by the shape of its operand. */
  #said({ field, operator }: Leaf, shape: Shape, operand: Operand): Said {
    const { type } = field
    const words = this.#words
    const isTime = membersOf(type.kind).every(({ name }) => name === 'timestamp' || name === 'date')
    const own = type.list ? words.lists : isTime ? words.times : {}
    const special = isOperatorName(operator) ? own[operator] : undefined
    const phrase = special ?? this.#phrase(operator)
    const isComplement = operatorOf(type, operator).complement === true
    switch (shape) {
      case 'equal':
        if (operand === null) return { phrase: words.absent, values: [], denied: isComplement }
        if (Array.isArray(operand)) {
          const list = operand.length === 0 ? words.emptyList : words.sameList
          return { phrase: list, values: operand as readonly Scalar[], denied: isComplement }
        }
        return { phrase, values: [operand as Scalar] }
      case 'textOrNull':
        if (operand === null) return { phrase: words.absent, values: [], denied: isComplement }
        return { phrase, values: [operand as Scalar] }
      case 'scalar':
      case 'words':
      case 'text':
      case 'count':
        return { phrase, values: [operand as Scalar] }
      case 'members':
      case 'texts':
        return { phrase, values: operand as readonly (Scalar | null)[] }
      case 'elements': {
        const values = operand as readonly Scalar[]
        // True of every list that is there.
        return values.length === 0
          ? { phrase: words.absent, values, denied: true }
          : { phrase, values }
      }
      case 'boolean':
        return { phrase, values: [], denied: operand === false }
      case 'own':
      case 'filter':
        // Never of a leaf: it is a condition on elements, or one that has its own words.
        return { phrase, values: [] }
      default:
        return shape satisfies never
    }
  }

  /** The values as people read them; of many, the first ones and how many there are besides. */
  #texts({ field }: Leaf, values: readonly (Scalar | null)[]): readonly string[] {
    const named = values.length > this.#most ? values.slice(0, Math.max(1, this.#most)) : values
    const texts = named.map((value) => {
      if (isRelative(value)) return `$now ${value.$now}`
      if (value === null) return this.#words.nothing
      if (typeof value === 'boolean') return value ? this.#words.true : this.#words.false
      if (typeof value !== 'string') return String(value)
      const { name } = memberOf(field.type.kind, value)
      return name === 'string' || name === 'enumeration' ? this.#text(value) : value
    })
    const count = values.length - named.length
    return count === 0 ? texts : [...texts, this.#words.others.replace('{count}', String(count))]
  }

  #text(value: string): string {
    const { nothing, true: yes, false: no, quotes } = this.#words
    const isPlain = WORD.test(value) && !OTHER.test(value) && ![nothing, yes, no].includes(value)
    if (isPlain && value.length <= SHOWN) return value
    const shown = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value
    return `${quotes[0]}${printable(shown)}${quotes[1]}`
  }
}

function joined(texts: readonly string[], between: string, last: string): string {
  const [end, ...before] = texts.toReversed()
  return before.length === 0 ? (end ?? '') : `${before.toReversed().join(between)}${last}${end}`
}
