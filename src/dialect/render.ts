/** Renders fragments to text with placeholders, and parameters. */

import { RenderedTexts } from '../cache/rendered-texts.ts'
import { type Fragment, isFragment, type Parameter, type Statement } from './fragment.ts'

/** The part of a dialect that rendering needs. */
interface Placeholders<Params> {
  readonly typed?: true
  placeholder(index: number, value: Parameter): string
  params(values: readonly Parameter[], first: number): Params
}

/** Renders a fragment; the placeholders are numbered from `first`. */
export function render<Params>(
  fragment: Fragment,
  dialect: Placeholders<Params>,
  first = 1,
): Statement<Params> {
  const parameters: Parameter[] = []
  const text =
    first === 1 && dialect.typed !== true
      ? textOf(fragment, dialect, parameters)
      : write(fragment, '', parameters, dialect, first)
  return { text, params: dialect.params(parameters, first) }
}

function write(
  { strings, values }: Fragment,
  before: string,
  parameters: Parameter[],
  dialect: Placeholders<unknown>,
  first: number,
): string {
  let text = before + strings[0]!
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Fragment | Parameter
    if (isFragment(value)) text = write(value, text, parameters, dialect, first)
    else {
      text += dialect.placeholder(first + parameters.length, value)
      parameters.push(value)
    }
    text += strings[i + 1]!
  }
  return text
}

const byDialect = new WeakMap<object, RenderedTexts>()

function textOf(
  fragment: Fragment,
  dialect: Placeholders<unknown>,
  parameters: Parameter[],
): string {
  let rendered = byDialect.get(dialect)
  if (rendered === undefined) {
    rendered = new RenderedTexts()
    byDialect.set(dialect, rendered)
  }
  return rendered.textOf(fragment, parameters, () => write(fragment, '', [], dialect, 1))
}
