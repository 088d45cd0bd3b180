/**
 * An object with changes, for the constants of modules. Bundlers keep an object that spreads another
 * one, even if nothing uses it, but leave out a call that is marked as pure:
 * `derived($eq, { complement: true })`.
 */
export const derived = <const B extends object, const C extends object>(
  base: B,
  changes: C,
): Omit<B, keyof C> & C => ({ ...base, ...changes })
