/** Names of columns that clients seldom may see: `password_hash`, `resetToken`, `apiKey`. */
const SECRET = /passw(or)?d|secret|token|(^|_)(hash|pwd|salt)(_|$)|hash$|api_?key|private_?key/i

export const isSecretName = (name: string): boolean => SECRET.test(name)
