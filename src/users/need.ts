/**
 * Packages that only some parts of the users system need are optional peers: they are loaded when
 * that part is made, and whoever does not have them is told the line that installs them.
 */
export async function need<T>(load: () => Promise<T>, ...packages: readonly string[]): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    if (!isMissing || !packages.some((name) => String(message).includes(`'${name}'`))) throw error
    const names = packages.join(' ')
    throw new TypeError(`tamis/users: ${names} missing: npm install ${names}`, { cause: error })
  }
}
