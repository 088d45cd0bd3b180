/** Elements of the page. What comes from texts and links is set as text only, never as HTML. */

type Attributes = Readonly<Record<string, string | boolean | undefined>>
type Child = Node | string | undefined

/** A new element. An attribute that is true is set empty; one that is false or undefined is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** A button that does something. */
export function button(
  label: string,
  run: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', run)
  return made
}

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
