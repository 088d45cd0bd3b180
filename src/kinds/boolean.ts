import { exactly, isSame, isWithin, type Kind } from './kind.ts'

const read = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined

export const boolean: Kind<boolean> = {
  name: 'boolean',
  family: 'boolean',
  expects: 'a boolean',
  operand: read,
  read,
  compare: (a, b) => Number(a) - Number(b),
  position: exactly,
  range: (comparison, constant) => (value) =>
    typeof value === 'boolean' && isWithin(comparison, Number(value) - Number(constant)),
  equals: (constant) => isSame((value) => value === constant, constant),
  among: (constants) => (value) => typeof value === 'boolean' && constants.includes(value),
}
