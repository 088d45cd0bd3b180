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

/** The logical lists, which join filters and belong to no field. */
export const logicalNames = ['$and', '$or', '$nor'] as const

export type LogicalName = (typeof logicalNames)[number]

export const isLogicalName = (name: string): name is LogicalName =>
  (logicalNames as readonly string[]).includes(name)
