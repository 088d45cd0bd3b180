/** Lets the process end while a timer is set. In Deno a timer is a number, and is left as it is. */
export function unref(timer: ReturnType<typeof setTimeout> | number): void {
  if (typeof timer === 'object') timer.unref()
}
