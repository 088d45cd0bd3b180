/**
 * Loads a module that needs optional peer dependencies.
 *
 * @throws TypeError with the command that installs them, if one is missing.
 */
export async function need<T>(load: () => Promise<T>, ...packages: readonly string[]): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message }: { code?: unknown; message?: unknown } = Object(error)
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    if (!isMissing || !packages.some((name) => String(message).includes(`'${name}'`))) throw error
    const names = packages.join(' ')
    throw new TypeError(`tamis/users: missing packages: npm install ${names}`, { cause: error })
  }
}
