/** Days of the proleptic Gregorian calendar in text, read by the codes of its characters. */

/** What stands for two characters that are no digits: more than any part of a timestamp can be. */
const NOT_DIGITS = 100

export const HYPHEN = 45

/** Two digits at a place of the text; more than 99 where there are none. */
export function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const units = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : NOT_DIGITS
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Whether there is such a day, of a year from 0000 on. */
export const isDate = (century: number, year: number, month: number, day: number): boolean =>
  century < NOT_DIGITS &&
  year < century * 100 + NOT_DIGITS &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  (day <= 28 || day <= daysInMonth(year, month))
