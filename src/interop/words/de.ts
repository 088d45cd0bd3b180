import type { FilterWords } from './words.ts'

const phrase = (is: string, not: string) => ({ is: `{field} ${is}`, not: `{field} ${not}` })
const present = phrase('hat einen Wert', 'hat keinen Wert')

export const de: FilterWords = {
  operators: {
    $eq: phrase('ist {value}', 'ist nicht {value}'),
    $ne: phrase('ist nicht {value}', 'ist {value}'),
    $gt: phrase('größer als {value}', 'nicht größer als {value}'),
    $gte: phrase('mindestens {value}', 'nicht mindestens {value}'),
    $lt: phrase('kleiner als {value}', 'nicht kleiner als {value}'),
    $lte: phrase('höchstens {value}', 'nicht höchstens {value}'),
    $in: phrase('ist {or}', 'ist keines von {list}'),
    $nin: phrase('ist keines von {list}', 'ist {or}'),
    $exists: present,
    $contains: phrase('enthält {value}', 'enthält nicht {value}'),
    $all: phrase('enthält {and}', 'enthält nicht alle von {list}'),
    $size: phrase('hat {value} Werte', 'hat nicht {value} Werte'),
    $elemMatch: phrase('hat eines mit {value}', 'hat keines mit {value}'),
    $is: phrase('ist eines mit {value}', 'ist keines mit {value}'),
    $some: phrase('hat eines mit {value}', 'hat keines mit {value}'),
    $every: phrase('hat nur solche mit {value}', 'hat eines ohne {value}'),
    $none: phrase('hat keines mit {value}', 'hat eines mit {value}'),
    $startsWith: phrase('beginnt mit {value}', 'beginnt nicht mit {value}'),
    $endsWith: phrase('endet mit {value}', 'endet nicht mit {value}'),
    $includes: phrase('enthält {value}', 'enthält nicht {value}'),
    $ieq: phrase(
      'ist {value} in beliebiger Schreibung',
      'ist nicht {value} in beliebiger Schreibung',
    ),
    $iin: phrase(
      'ist {or} in beliebiger Schreibung',
      'ist keines von {list} in beliebiger Schreibung',
    ),
    $istartsWith: phrase(
      'beginnt mit {value} in beliebiger Schreibung',
      'beginnt nicht mit {value} in beliebiger Schreibung',
    ),
    $iendsWith: phrase(
      'endet mit {value} in beliebiger Schreibung',
      'endet nicht mit {value} in beliebiger Schreibung',
    ),
    $iincludes: phrase(
      'enthält {value} in beliebiger Schreibung',
      'enthält nicht {value} in beliebiger Schreibung',
    ),
    $autocomplete: phrase('enthält die Wörter {value}', 'enthält nicht die Wörter {value}'),
  },
  times: {
    $gt: phrase('nach {value}', 'nicht nach {value}'),
    $gte: phrase('ab {value}', 'nicht ab {value}'),
    $lt: phrase('vor {value}', 'nicht vor {value}'),
    $lte: phrase('bis {value}', 'nicht bis {value}'),
  },
  lists: {
    $eq: phrase('enthält {value}', 'enthält nicht {value}'),
    $ne: phrase('enthält nicht {value}', 'enthält {value}'),
    $in: phrase('enthält {or}', 'enthält keines von {list}'),
    $nin: phrase('enthält keines von {list}', 'enthält {or}'),
  },
  sameList: phrase('ist genau {and}', 'ist nicht genau {and}'),
  emptyList: phrase('ist eine leere Liste', 'ist keine leere Liste'),
  absent: { is: present.not, not: present.is },
  nothing: 'ohne Wert',
  true: 'wahr',
  false: 'falsch',
  quotes: ['„', '“'],
  values: { between: ', ', and: ' und ', or: ' oder ' },
  conditions: { between: ', ', and: ' und ', or: ' oder ' },
  others: '{count} weitere',
  everything: 'alles',
  none: 'nichts',
}
