/** Elements of the page. What comes from users is set as text only, never as HTML. */

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

/** An element of the page's HTML. */
export function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new TypeError(`no ${kind.name} #${id}`)
  return found
}

/** Buttons that cannot be used keep the focus, which `disabled` would drop. */
export const setUsable = (control: HTMLElement, isUsable: boolean): void =>
  control.setAttribute('aria-disabled', String(!isUsable))
export const isUsable = (control: HTMLElement): boolean =>
  control.getAttribute('aria-disabled') !== 'true'

/**
 * Runs something when a form is submitted, once at a time. What it throws is shown in the form's
 * place for errors, and the focus goes to the field that is wrong if there is one.
 */
export function onSubmit(
  form: HTMLFormElement,
  showError: (error: unknown) => void,
  run: () => Promise<void>,
): void {
  let isRunning = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isRunning) return
    isRunning = true
    form.setAttribute('aria-busy', 'true')
    try {
      showError(undefined)
      await run()
    } catch (error) {
      showError(error)
    } finally {
      isRunning = false
      form.removeAttribute('aria-busy')
    }
  })
}
