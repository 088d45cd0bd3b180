/** Parameters of a URL that open a database. */
const SECRETS = /([?&;](?:password|passwd|pwd|sslpassword|authtoken|token)=)[^&;#\s]+/gi

/** A database's URL, or a message that names one, without the password, for people and logs. */
export const withoutPassword = (text: string): string =>
  text.replace(/(:\/\/[^\s/:]*):\S*@/g, '$1:…@').replace(SECRETS, '$1…')
