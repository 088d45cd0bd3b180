/**
 * What the users system offers in a browser: the schema, to check filters where they are typed. The
 * rest needs a database, and so a server.
 */

export { UsersError } from './error.ts'
export { usersSchema } from './schema.ts'

const refuse = (name: string) => (): never => {
  throw new TypeError(`tamis/users: ${name} works only on a server; in a browser use usersSchema`)
}

export const createUsers = refuse('createUsers')
export const createUsersHandler = refuse('createUsersHandler')
