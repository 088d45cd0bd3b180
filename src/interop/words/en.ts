import type { FilterWords } from './words.ts'

const phrase = (is: string, not: string) => ({ is: `{field} ${is}`, not: `{field} ${not}` })
const present = phrase('has a value', 'has no value')

export const en: FilterWords = {
  operators: {
    $eq: phrase('is {value}', 'is not {value}'),
    $ne: phrase('is not {value}', 'is {value}'),
    $gt: phrase('greater than {value}', 'not greater than {value}'),
    $gte: phrase('at least {value}', 'not at least {value}'),
    $lt: phrase('less than {value}', 'not less than {value}'),
    $lte: phrase('at most {value}', 'not at most {value}'),
    $in: phrase('is {or}', 'is none of {list}'),
    $nin: phrase('is none of {list}', 'is {or}'),
    $exists: present,
    $contains: phrase('contains {value}', 'does not contain {value}'),
    $all: phrase('contains {and}', 'does not contain all of {list}'),
    $size: phrase('has {value} values', 'does not have {value} values'),
    $elemMatch: phrase('has one where {value}', 'has none where {value}'),
    $startsWith: phrase('begins with {value}', 'does not begin with {value}'),
    $endsWith: phrase('ends with {value}', 'does not end with {value}'),
    $includes: phrase('includes {value}', 'does not include {value}'),
    $ieq: phrase('is {value} in any case', 'is not {value} in any case'),
    $iin: phrase('is {or} in any case', 'is none of {list} in any case'),
    $istartsWith: phrase(
      'begins with {value} in any case',
      'does not begin with {value} in any case',
    ),
    $iendsWith: phrase('ends with {value} in any case', 'does not end with {value} in any case'),
    $iincludes: phrase('includes {value} in any case', 'does not include {value} in any case'),
    $autocomplete: phrase('has the words {value}', 'does not have the words {value}'),
  },
  times: {
    $gt: phrase('after {value}', 'not after {value}'),
    $gte: phrase('from {value} on', 'not from {value} on'),
    $lt: phrase('before {value}', 'not before {value}'),
    $lte: phrase('until {value}', 'not until {value}'),
  },
  lists: {
    $eq: phrase('contains {value}', 'does not contain {value}'),
    $ne: phrase('does not contain {value}', 'contains {value}'),
    $in: phrase('contains {or}', 'contains none of {list}'),
    $nin: phrase('contains none of {list}', 'contains {or}'),
  },
  sameList: phrase('is exactly {and}', 'is not exactly {and}'),
  emptyList: phrase('is an empty list', 'is not an empty list'),
  absent: { is: present.not, not: present.is },
  nothing: 'no value',
  true: 'true',
  false: 'false',
  quotes: ['“', '”'],
  values: { between: ', ', and: ' and ', or: ' or ' },
  conditions: { between: ', ', and: ', and ', or: ', or ' },
  others: '{count} others',
  everything: 'everything',
  none: 'nothing',
}
