import type { FilterWords } from './words.ts'

const phrase = (is: string, not: string) => ({ is: `{field} ${is}`, not: `{field} ${not}` })
const present = phrase('tiene valor', 'no tiene valor')

export const es: FilterWords = {
  operators: {
    $eq: phrase('es {value}', 'no es {value}'),
    $ne: phrase('no es {value}', 'es {value}'),
    $gt: phrase('mayor que {value}', 'no mayor que {value}'),
    $gte: phrase('al menos {value}', 'no al menos {value}'),
    $lt: phrase('menor que {value}', 'no menor que {value}'),
    $lte: phrase('como máximo {value}', 'no como máximo {value}'),
    $in: phrase('es {or}', 'no es ninguno de {list}'),
    $nin: phrase('no es ninguno de {list}', 'es {or}'),
    $exists: present,
    $contains: phrase('contiene {value}', 'no contiene {value}'),
    $all: phrase('contiene {and}', 'no contiene todos de {list}'),
    $size: phrase('tiene {value} valores', 'no tiene {value} valores'),
    $elemMatch: phrase('tiene uno con {value}', 'no tiene ninguno con {value}'),
    $is: phrase('es uno con {value}', 'no es ninguno con {value}'),
    $some: phrase('tiene uno con {value}', 'no tiene ninguno con {value}'),
    $every: phrase('solo tiene los que cumplen {value}', 'tiene uno que no cumple {value}'),
    $none: phrase('no tiene ninguno con {value}', 'tiene uno con {value}'),
    $startsWith: phrase('empieza por {value}', 'no empieza por {value}'),
    $endsWith: phrase('termina en {value}', 'no termina en {value}'),
    $includes: phrase('incluye {value}', 'no incluye {value}'),
    $ieq: phrase('es {value} sin distinguir mayúsculas', 'no es {value} sin distinguir mayúsculas'),
    $iin: phrase(
      'es {or} sin distinguir mayúsculas',
      'no es ninguno de {list} sin distinguir mayúsculas',
    ),
    $istartsWith: phrase(
      'empieza por {value} sin distinguir mayúsculas',
      'no empieza por {value} sin distinguir mayúsculas',
    ),
    $iendsWith: phrase(
      'termina en {value} sin distinguir mayúsculas',
      'no termina en {value} sin distinguir mayúsculas',
    ),
    $iincludes: phrase(
      'incluye {value} sin distinguir mayúsculas',
      'no incluye {value} sin distinguir mayúsculas',
    ),
    $autocomplete: phrase('contiene las palabras {value}', 'no contiene las palabras {value}'),
  },
  times: {
    $gt: phrase('después de {value}', 'no después de {value}'),
    $gte: phrase('desde {value}', 'no desde {value}'),
    $lt: phrase('antes de {value}', 'no antes de {value}'),
    $lte: phrase('hasta {value}', 'no hasta {value}'),
  },
  lists: {
    $eq: phrase('contiene {value}', 'no contiene {value}'),
    $ne: phrase('no contiene {value}', 'contiene {value}'),
    $in: phrase('contiene {or}', 'no contiene ninguno de {list}'),
    $nin: phrase('no contiene ninguno de {list}', 'contiene {or}'),
  },
  sameList: phrase('es exactamente {and}', 'no es exactamente {and}'),
  emptyList: phrase('es una lista vacía', 'no es una lista vacía'),
  absent: { is: present.not, not: present.is },
  nothing: 'sin valor',
  true: 'verdadero',
  false: 'falso',
  quotes: ['«', '»'],
  values: { between: ', ', and: ' y ', or: ' o ' },
  conditions: { between: ', ', and: ' y ', or: ' o ' },
  others: '{count} más',
  everything: 'todo',
  none: 'nada',
}
