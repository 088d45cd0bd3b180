export { usersSchema } from './schema.ts'
