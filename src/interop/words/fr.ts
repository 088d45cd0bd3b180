import type { FilterWords } from './words.ts'

const phrase = (is: string, not: string) => ({ is: `{field} ${is}`, not: `{field} ${not}` })
const present = phrase('a une valeur', 'n’a pas de valeur')

export const fr: FilterWords = {
  operators: {
    $eq: phrase('est {value}', 'n’est pas {value}'),
    $ne: phrase('n’est pas {value}', 'est {value}'),
    $gt: phrase('supérieur à {value}', 'non supérieur à {value}'),
    $gte: phrase('au moins {value}', 'pas au moins {value}'),
    $lt: phrase('inférieur à {value}', 'non inférieur à {value}'),
    $lte: phrase('au plus {value}', 'pas au plus {value}'),
    $in: phrase('est {or}', 'n’est aucun de {list}'),
    $nin: phrase('n’est aucun de {list}', 'est {or}'),
    $exists: present,
    $contains: phrase('contient {value}', 'ne contient pas {value}'),
    $all: phrase('contient {and}', 'ne contient pas tous de {list}'),
    $size: phrase('a {value} valeurs', 'n’a pas {value} valeurs'),
    $elemMatch: phrase('en a un avec {value}', 'n’en a aucun avec {value}'),
    $is: phrase('en est un avec {value}', 'n’en est aucun avec {value}'),
    $some: phrase('en a un avec {value}', 'n’en a aucun avec {value}'),
    $every: phrase('n’en a que avec {value}', 'en a un sans {value}'),
    $none: phrase('n’en a aucun avec {value}', 'en a un avec {value}'),
    $startsWith: phrase('commence par {value}', 'ne commence pas par {value}'),
    $endsWith: phrase('se termine par {value}', 'ne se termine pas par {value}'),
    $includes: phrase('comprend {value}', 'ne comprend pas {value}'),
    $ieq: phrase(
      'est {value} sans tenir compte de la casse',
      'n’est pas {value} sans tenir compte de la casse',
    ),
    $iin: phrase(
      'est {or} sans tenir compte de la casse',
      'n’est aucun de {list} sans tenir compte de la casse',
    ),
    $istartsWith: phrase(
      'commence par {value} sans tenir compte de la casse',
      'ne commence pas par {value} sans tenir compte de la casse',
    ),
    $iendsWith: phrase(
      'se termine par {value} sans tenir compte de la casse',
      'ne se termine pas par {value} sans tenir compte de la casse',
    ),
    $iincludes: phrase(
      'comprend {value} sans tenir compte de la casse',
      'ne comprend pas {value} sans tenir compte de la casse',
    ),
    $autocomplete: phrase('contient les mots {value}', 'ne contient pas les mots {value}'),
  },
  times: {
    $gt: phrase('après {value}', 'pas après {value}'),
    $gte: phrase('à partir de {value}', 'pas à partir de {value}'),
    $lt: phrase('avant {value}', 'pas avant {value}'),
    $lte: phrase('jusqu’à {value}', 'pas jusqu’à {value}'),
  },
  lists: {
    $eq: phrase('contient {value}', 'ne contient pas {value}'),
    $ne: phrase('ne contient pas {value}', 'contient {value}'),
    $in: phrase('contient {or}', 'ne contient aucun de {list}'),
    $nin: phrase('ne contient aucun de {list}', 'contient {or}'),
  },
  sameList: phrase('est exactement {and}', 'n’est pas exactement {and}'),
  emptyList: phrase('est une liste vide', 'n’est pas une liste vide'),
  absent: { is: present.not, not: present.is },
  nothing: 'sans valeur',
  true: 'vrai',
  false: 'faux',
  quotes: ['« ', ' »'],
  values: { between: ', ', and: ' et ', or: ' ou ' },
  conditions: { between: ', ', and: ', et ', or: ', ou ' },
  others: '{count} autres',
  everything: 'tout',
  none: 'rien',
}
