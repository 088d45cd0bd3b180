import { readFileSync } from 'node:fs'

/**
 * From now on, `Date` gives the time of the system plus what a file says, in milliseconds. Timers are
 * not shifted, as they are not when the system's clock is set.
 */
export function shiftClock(file: string): void {
  const System = Date
  // Read each time, so that a jump is seen at once however busy the process is.
  const now = () => System.now() + Number(readFileSync(file, 'utf8'))
  globalThis.Date = new Proxy(System, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, made),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  })
}
