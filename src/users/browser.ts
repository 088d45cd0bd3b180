/**
 * What of the users a browser has: their schema, for filters that are checked where they are typed.
 * The rest keeps them in a database, and is a server's.
 */

export { UsersError } from './error.ts'
export { usersSchema } from './schema.ts'

const refuse = (name: string) => (): never => {
  throw new TypeError(`tamis/users: ${name} is for servers; a browser has usersSchema`)
}

export const createUsers = refuse('createUsers')
export const createUsersHandler = refuse('createUsersHandler')
