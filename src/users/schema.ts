import { boolean, defineSchema, dynamic, list, string, timestamp } from '../index.ts'

const RANGES = ['$eq', '$gt', '$gte', '$lt', '$lte', '$in'] as const

/**
 * The users of an application, as a client may query them. Fields that clients cannot ask of are
 * stored all the same: the ones without operators, and the hidden ones, which the server's own
 * conditions use.
 */
export const usersSchema = defineSchema({
  fields: {
    id: string({
      operators: [...RANGES, '$autocomplete'],
      sortable: true,
      required: true,
    }),
    role: string({ operators: RANGES, sortable: true, required: true }),
    name: string({ operators: ['$eq', '$autocomplete'] }),
    username: string({ operators: ['$eq', '$autocomplete'] }),
    teams: list(string(), { operators: ['$eq', '$contains'] }),
    banned: boolean({ operators: ['$eq'], required: true }),
    shadow_banned: boolean({ operators: ['$eq'], required: true }),
    created_at: timestamp({
      operators: RANGES,
      sortable: true,
      required: true,
    }),
    updated_at: timestamp({
      operators: RANGES,
      sortable: true,
      required: true,
    }),
    last_active: timestamp({
      operators: [...RANGES, '$exists'],
      sortable: true,
    }),
    deactivated_at: timestamp({ hidden: true }),
    deleted_at: timestamp({ hidden: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer'], {
      operators: RANGES,
    }),
  },
  defaultSort: [
    { field: 'created_at', direction: -1 },
    { field: 'id', direction: -1 },
  ],
  options: {
    include_deactivated_users: {
      default: false,
      unless: { deactivated_at: null },
    },
  },
})
