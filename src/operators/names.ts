/** The wire names of every operator, in the order in which messages list them. */
export const operatorNames = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$contains',
  '$all',
  '$size',
  '$elemMatch',
  '$is',
  '$some',
  '$every',
  '$none',
  '$startsWith',
  '$endsWith',
  '$includes',
  '$ieq',
  '$iin',
  '$istartsWith',
  '$iendsWith',
  '$iincludes',
  '$autocomplete',
] as const

export type OperatorName = (typeof operatorNames)[number]

export const isOperatorName = (name: string): name is OperatorName =>
  (operatorNames as readonly string[]).includes(name)
