import type { FieldCases } from './cases.ts'
import { SCALAR_OPERATORS } from './operators.ts'

/** The operators of a string in JSON. */
export const JSON_TEXT_OPERATORS = [
  ...SCALAR_OPERATORS,
  '$startsWith',
  '$endsWith',
  '$includes',
  '$autocomplete',
] as const

/** Every operator of a string. */
export const TEXT_OPERATORS = [
  ...JSON_TEXT_OPERATORS,
  '$ieq',
  '$iin',
  '$istartsWith',
  '$iendsWith',
  '$iincludes',
] as const

/** No text, or none that is stored. */
const NO_TEXTS = {
  missing: undefined,
  null: null,
  number: 5,
  yes: true,
  object: { a: 'ab' },
  list: ['ab'],
  nul: 'ab\0',
  lone: 'ab\ud800',
}

const ABSENT = Object.keys(NO_TEXTS).join(' ')

const TEXTS = {
  empty: '',
  ab: 'ab',
  abc: 'abc',
  AB: 'AB',
  spaced: 'ab ',
  blank: ' ab',
  line: 'ab\nab',
  percent: '100%',
  hundred: '1000',
  under: 'a_b',
  axb: 'axb',
  back: 'a\\b',
  bar: 'a|b',
  quote: 'it\'s "it"',
  star: 'a*b?[c]',
  composed: 'é',
  combined: 'e\u0301',
  e: 'e',
  smile: '😀😁',
  lastBmp: '\uffff',
  private: '\ue000x',
  before: '\ud7ffx',
  first: '\u{10000}',
  last: '\u{10ffff}\u{10ffff}',
  dollar: '$& $1',
  json: '{"a":"ab"}',
}

const PRESENT = Object.keys(TEXTS).join(' ')

const without = (names: string, ...others: readonly string[]): string =>
  names
    .split(' ')
    .filter((name) => !others.join(' ').split(' ').includes(name))
    .join(' ')

const long = 'x'.repeat(300)

const exact: FieldCases['filters'] = [
  [{ $startsWith: 'ab' }, 'ab abc spaced line'],
  [{ $startsWith: 'ab ' }, 'spaced'],
  [{ $startsWith: 'a_' }, 'under'],
  [{ $startsWith: '100%' }, 'percent'],
  [{ $startsWith: '100' }, 'percent hundred'],
  [{ $startsWith: '%' }, ''],
  [{ $startsWith: 'a\\' }, 'back'],
  [{ $startsWith: 'a|' }, 'bar'],
  [{ $startsWith: 'a*' }, 'star'],
  [{ $startsWith: 'it\'s "' }, 'quote'],
  [{ $startsWith: '{"a"' }, 'json'],
  [{ $startsWith: 'e' }, 'combined e'],
  [{ $startsWith: 'e\u0301' }, 'combined'],
  [{ $startsWith: 'é' }, 'composed'],
  [{ $startsWith: '😀' }, 'smile'],
  [{ $startsWith: '\ud7ff' }, 'before'],
  [{ $startsWith: '\uffff' }, 'lastBmp'],
  [{ $startsWith: '\u{10ffff}' }, 'last'],
  [{ $startsWith: '\u{10ffff}\u{10ffff}' }, 'last'],
  [{ $startsWith: long }, ''],
  [{ $not: { $startsWith: 'ab' } }, without(`${ABSENT} ${PRESENT}`, 'ab abc spaced line')],
  [{ $endsWith: 'ab' }, 'ab blank line'],
  [{ $endsWith: 'b' }, 'ab blank line under axb back bar'],
  [{ $endsWith: '_b' }, 'under'],
  [{ $endsWith: '0%' }, 'percent'],
  [{ $endsWith: '\\b' }, 'back'],
  [{ $endsWith: '|b' }, 'bar'],
  [{ $endsWith: '?[c]' }, 'star'],
  [{ $endsWith: ' ' }, 'spaced'],
  [{ $endsWith: '"it"' }, 'quote'],
  [{ $endsWith: '\u0301' }, 'combined'],
  [{ $endsWith: 'e\u0301' }, 'combined'],
  [{ $endsWith: '😁' }, 'smile'],
  [{ $endsWith: '\u{10ffff}' }, 'last'],
  [{ $endsWith: 'zab' }, ''],
  [{ $endsWith: `${long}ab` }, ''],
  [{ $not: { $endsWith: 'ab' } }, without(`${ABSENT} ${PRESENT}`, 'ab blank line')],
  [{ $includes: 'b' }, 'ab abc spaced blank line under axb back bar star json'],
  [{ $includes: '_' }, 'under'],
  [{ $includes: '%' }, 'percent'],
  [{ $includes: '\\' }, 'back'],
  [{ $includes: '|' }, 'bar'],
  [{ $includes: '*b?[' }, 'star'],
  [{ $includes: '\'s "' }, 'quote'],
  [{ $includes: '\n' }, 'line'],
  [{ $includes: '$& $1' }, 'dollar'],
  [{ $includes: '\u0301' }, 'combined'],
  [{ $includes: '😁' }, 'smile'],
  [{ $includes: '\u{10000}' }, 'first'],
  [{ $includes: 'AB' }, 'AB'],
  [{ $includes: `b${long}` }, ''],
  [
    { $not: { $includes: 'b' } },
    without(`${ABSENT} ${PRESENT}`, 'ab abc spaced blank line under axb back bar star json'),
  ],
  [{ $startsWith: 'ab', $endsWith: 'b', $includes: '\n' }, 'line'],
]

/** The names of texts that are one without regard to case. */
const FOLDED = {
  sharp: 'straße',
  capital: 'STRASSE',
  sharpCapital: 'STRAẞE',
  plain: 'Strasse',
  iDot: 'İx',
  iDots: 'i̇X',
  dotless: 'ıx',
  i: 'Ix',
  sigma: 'Όσος',
  sigmas: 'ΌΣΟΣ',
  resume: 'Résumé',
  resumes: 'RE\u0301SUME\u0301',
  bare: 'resume',
  ligature: 'ﬁne',
  fine: 'FINE',
  kelvin: '\u212a',
  k: 'k',
  iota: 'ΐ',
  iotas: 'Ϊ\u0301',
  deseret: '\u{10400}',
  deserets: '\u{10428}',
  percents: 'A%_\\b',
  empties: '',
}

const NO_FOLD = Object.keys(FOLDED).join(' ')

const insensitive: FieldCases['filters'] = [
  [{ $ieq: 'STRASSE' }, 'sharp capital sharpCapital plain'],
  [{ $ieq: 'straße' }, 'sharp capital sharpCapital plain'],
  [{ $ieq: 'i̇x' }, 'iDot iDots'],
  // The capital of ı is I, too.
  [{ $ieq: 'ix' }, 'dotless i'],
  [{ $ieq: 'IX' }, 'dotless i'],
  [{ $ieq: 'όσοσ' }, 'sigma sigmas'],
  [{ $ieq: 'résumé' }, 'resume resumes'],
  [{ $ieq: 'RESUME' }, 'bare'],
  [{ $ieq: 'Fine' }, 'ligature fine'],
  [{ $ieq: 'K' }, 'kelvin k'],
  [{ $ieq: 'ΐ' }, 'iota iotas'],
  [{ $ieq: '\u{10428}' }, 'deseret deserets'],
  [{ $ieq: null }, ABSENT],
  [{ $not: { $ieq: 'k' } }, without(`${ABSENT} ${NO_FOLD}`, 'kelvin k')],
  [{ $iin: ['K', 'FINE', 'nobody'] }, 'kelvin k ligature fine'],
  [{ $iin: [] }, ''],
  [{ $iin: ['k', null] }, `kelvin k ${ABSENT}`],
  [{ $iin: [null] }, ABSENT],
  [{ $not: { $iin: ['K', 'k'] } }, without(`${ABSENT} ${NO_FOLD}`, 'kelvin k')],
  [{ $istartsWith: 'strass' }, 'sharp capital sharpCapital plain'],
  [{ $istartsWith: 'ß' }, ''],
  [{ $istartsWith: 'a%' }, 'percents'],
  [{ $istartsWith: 'a_' }, ''],
  [{ $istartsWith: 're' }, 'bare'],
  [
    { $not: { $istartsWith: 'STRASS' } },
    without(`${ABSENT} ${NO_FOLD}`, 'sharp capital sharpCapital plain'),
  ],
  [{ $iendsWith: 'ßE' }, 'sharp capital sharpCapital plain'],
  [{ $iendsWith: 'σ' }, 'sigma sigmas'],
  [{ $iendsWith: '_\\B' }, 'percents'],
  [{ $not: { $iendsWith: 'Σ' } }, without(`${ABSENT} ${NO_FOLD}`, 'sigma sigmas')],
  [{ $iincludes: 'ASS' }, 'sharp capital sharpCapital plain'],
  [{ $iincludes: '%_' }, 'percents'],
  [{ $iincludes: 'É' }, 'resume resumes'],
  [{ $not: { $iincludes: 'é' } }, without(`${ABSENT} ${NO_FOLD}`, 'resume resumes')],
]

/** A text that is sorted by is short in some databases, and one in JSON is read from there. */
export const textCases: readonly FieldCases[] = [
  ...['phrase', 'line', 'custom.phrase', 'custom.x', "custom.a'b"].map((field) => ({
    field,
    values: { ...NO_TEXTS, ...TEXTS },
    filters: exact,
  })),
  ...['phrase', 'line'].map((field) => ({
    field,
    values: { ...NO_TEXTS, ...FOLDED },
    filters: insensitive,
  })),
]
