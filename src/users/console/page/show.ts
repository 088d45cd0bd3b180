/** How values are shown. */

import type { User } from '../../client/index.ts'
import { element } from './dom.ts'

/** Characters that are not seen, or that change how others are shown. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00ad\u115f\u1160\u3164]/gu

/**
 * An id, whose unseen characters are written as escapes: two ids that differ look different. The
 * direction of its text has no effect on the text around it.
 */
export const idText = (id: string): string =>
  id.replace(UNSEEN, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`)

export const idElement = (id: string): HTMLElement => element('bdi', { class: 'id' }, idText(id))

/** A text of a user's, with its own direction. */
export const textElement = (text: string): HTMLElement => element('bdi', {}, text)

/** A timestamp in the reader's time zone; the whole of it as a title. */
export function timeElement(timestamp: string): HTMLElement {
  const date = new Date(timestamp)
  const isValid = !Number.isNaN(date.getTime())
  const shown = isValid
    ? date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
    : timestamp
  return element('time', { datetime: timestamp, title: timestamp }, shown)
}

/** What there is to say of a user at a glance. */
export function statusOf(user: User): string {
  const parts = [
    user.deleted_at === undefined ? undefined : 'deleted',
    user.deactivated_at === undefined ? undefined : 'deactivated',
    user.banned ? 'banned' : undefined,
    user.shadow_banned ? 'shadow-banned' : undefined,
    user.online ? 'online' : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? 'active' : parts.join(', ')
}

const TIMESTAMPS = /_at$|^last_active$|^ban_expires$|_before$/

/** Whether a value is shown in a part of its own that scrolls, and that the keyboard reaches. */
export const isLong = (value: unknown): boolean => JSON.stringify(value).length > 500

/** The value of a user's field. */
export function valueElement(name: string, value: unknown): HTMLElement {
  if (typeof value === 'string') {
    return TIMESTAMPS.test(name) ? timeElement(value) : textElement(value)
  }
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
    if (value.length === 0) return element('span', { class: 'none' }, 'none')
    return element('ul', {}, ...value.map((each) => element('li', {}, textElement(each))))
  }
  if (typeof value === 'object') return element('code', {}, JSON.stringify(value))
  return element('span', {}, value === true ? 'yes' : value === false ? 'no' : String(value))
}
