import { exactly, type Kind } from './kind.ts'

const read = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined

export const boolean: Kind<boolean> = {
  name: 'boolean',
  expects: 'a boolean',
  operand: read,
  read,
  compare: (a, b) => Number(a) - Number(b),
  position: exactly,
  against: (constant) => (value) =>
    typeof value === 'boolean' ? Number(value) - Number(constant) : Number.NaN,
  equals: (constant) => (value) => value === constant,
}
