/** Elements of the page. What comes from texts and links is set as text only, never as HTML. */

export { button, element } from '../../src/users/console/page/dom.ts'

/** Sets the text of an element only where it changes: screen readers announce what is set. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

let ids = 0
/** An id that no other element of the page has. */
export const freshId = (name: string): string => {
  ids += 1
  return `tp-${name}-${ids}`
}
