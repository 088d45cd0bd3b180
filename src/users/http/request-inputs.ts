// Longer than most files here: what each of the endpoints reads from a request.

/** What the routes read from requests. The operations check it: here it is only found and parsed. */

import { z } from 'zod'
import { inputs } from '../input.ts'
import { MOST_TASKS, STATUSES } from '../tasks/task.ts'
import type { Users } from '../users.ts'
import { RequestError } from './failure.ts'
import { parseJson, readBody } from './json-body.ts'
import { type JsonSchema, json, reference, TEXT } from './json-schema.ts'
import { RecentTexts } from './recent-texts.ts'
import type { Call, RouteInput } from './route.ts'

/** The operations whose input is a body. */
type Operation = keyof typeof inputs & keyof Users

/** An operation's input, as its method declares it. */
type InputOf<K extends Operation> = Parameters<Users[K]>[0]

/** Each operation checks its input itself, so what was sent goes there as it is. */
const unchecked = <K extends Operation>(sent: unknown) => sent as InputOf<K>

/** The shape that an operation's input is checked by, as JSON Schema, without what the path holds. */
function schemaOf(name: Operation, ...without: readonly string[]): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(inputs[name], {
    io: 'input',
    unrepresentable: 'any',
  })
  const { properties = {}, required = [] } = schema
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([key]) => !without.includes(key)),
    ),
    required: required.filter((key) => !without.includes(key)),
  }
}

/** A body that is an operation's input. */
export const body = <K extends Operation>(name: K): RouteInput<InputOf<K>> => ({
  body: () => schemaOf(name),
  async read(call) {
    refuseParameters(call)
    return unchecked<K>(await readBody(call))
  },
})

/** Nothing: neither parameters nor a body. */
export const noInput: RouteInput<undefined> = { read: refuseParameters }

const ID: JsonSchema = { name: 'id', in: 'path', required: true, schema: TEXT }

/** The user of the path, and the other properties of an operation's input in the body. */
export const bodyOfUser = <K extends Operation>(name: K): RouteInput<InputOf<K>> => ({
  parameters: [ID],
  body: () => schemaOf(name, 'user_id'),
  read: (call) => readBodyWith(call, 'user_id', 'the path names the user'),
})

/** The webhook of the path, and the other properties of an operation's input in the body. */
export const bodyOfWebhook = <K extends Operation>(name: K): RouteInput<InputOf<K>> => ({
  parameters: [ID],
  body: () => schemaOf(name, 'id'),
  read: (call) => readBodyWith(call, 'id', 'the path names the webhook'),
})

/** The body, and the property of an operation's input that the path names. */
async function readBodyWith<K extends Operation>(
  call: Call,
  key: 'id' | 'user_id',
  why: string,
): Promise<InputOf<K>> {
  refuseParameters(call)
  const sent = await readBody(call)
  // The operation refuses what is not an object.
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return unchecked<K>(sent)
  if (Object.hasOwn(sent, key)) {
    throw new RequestError('unknown_parameter', `${key}: not allowed; ${why}`)
  }
  return unchecked<K>({ ...sent, [key]: call.req.param('id') })
}

/** The webhook of the path, and the page of its dead letters as JSON in the one parameter. */
export const deadLettersPage: RouteInput<InputOf<'getDeadLetters'>> = {
  parameters: [
    ID,
    {
      name: 'payload',
      in: 'query',
      content: json({
        type: 'object',
        properties: { limit: { type: 'integer', minimum: 1, maximum: 100 }, next: TEXT },
        additionalProperties: false,
      }),
    },
  ],
  read(call) {
    const payload = payloadOf(call)
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      throw new RequestError('invalid_operand', 'payload: expected an object')
    }
    if (Object.hasOwn(payload, 'id')) {
      throw new RequestError('unknown_parameter', 'id: not allowed; the path names the webhook')
    }
    return unchecked<'getDeadLetters'>({ ...payload, id: call.req.param('id') })
  },
}

/** A page of the tasks as JSON in the one parameter. */
export const tasksPage: RouteInput<InputOf<'getTasks'>> = {
  parameters: [
    {
      name: 'payload',
      in: 'query',
      content: json({
        type: 'object',
        properties: {
          status: { enum: STATUSES },
          limit: { type: 'integer', minimum: 1, maximum: MOST_TASKS },
          next: TEXT,
        },
        additionalProperties: false,
      }),
    },
  ],
  read: (call) => unchecked<'getTasks'>(payloadOf(call)),
}

/** The user of the client's token, and the other properties of an operation's input in the body. */
export const bodyOfClient = <K extends Operation>(name: K): RouteInput<InputOf<K>> => ({
  body: () => schemaOf(name, 'user_id'),
  async read(call) {
    refuseParameters(call)
    const sent = await readBody(call)
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return unchecked<K>(sent)
    if (Object.hasOwn(sent, 'user_id')) {
      throw new RequestError('unknown_parameter', 'user_id: not allowed; the token names the user')
    }
    return unchecked<K>({ ...sent, user_id: clientIdOf(call) })
  },
})

/** What a client brings when it connects: the id of its user may be left out. */
export const connectBody: RouteInput<unknown> = {
  body() {
    const { properties, ...schema } = schemaOf('connectUser', 'token', 'user')
    const { required, ...user } = z.toJSONSchema(inputs.connectUser.shape.user, {
      io: 'input',
      unrepresentable: 'any',
    })
    delete user.$schema
    return { ...schema, properties: { user } }
  },
  read(call) {
    refuseParameters(call)
    return readBody(call)
  },
}

/** The id of the user of a client's token. */
export const clientId: RouteInput<string> = {
  read(call) {
    refuseParameters(call)
    return clientIdOf(call)
  },
}

function clientIdOf(call: Call): string {
  const caller = call.get('caller')
  return caller === undefined || caller.server ? '' : caller.user_id
}

/** The id of a task, in the path. */
export const taskId: RouteInput<string> = {
  parameters: [ID],
  read(call) {
    refuseParameters(call)
    return call.req.param('id') ?? ''
  },
}

/** A query's payload as the body. */
export const payloadBody: RouteInput<unknown> = {
  body: () => reference('Payload'),
  read(call) {
    refuseParameters(call)
    return readBody(call)
  },
}

/** A query's payload as JSON in the one parameter of a GET. */
export const payloadParameter: RouteInput<unknown> = {
  parameters: [{ name: 'payload', in: 'query', content: json(reference('Payload')) }],
  read: payloadOf,
}

/** The filter of a list that is watched: a payload has nothing else there. */
export const watchedFilter: RouteInput<unknown> = {
  parameters: [
    {
      name: 'payload',
      in: 'query',
      content: json({
        type: 'object',
        properties: { filter_conditions: reference('Filter') },
        additionalProperties: false,
      }),
    },
  ],
  read(call) {
    const payload = payloadOf(call)
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      throw new RequestError('invalid_operand', 'payload: expected an object')
    }
    for (const name of Object.keys(payload)) {
      if (name === 'filter_conditions') continue
      throw new RequestError(
        'unknown_parameter',
        `${name}: not allowed; a watched list takes only filter_conditions`,
      )
    }
    return 'filter_conditions' in payload ? payload.filter_conditions : {}
  },
}

/** A parameter that would be ignored is refused: its sender expects an effect. */
function refuseParameters(call: Call): undefined {
  for (const name of new URL(call.req.url).searchParams.keys()) {
    throw new RequestError(
      'unknown_parameter',
      `Unknown parameter ${name}: this endpoint takes no parameters`,
    )
  }
}

function payloadOf(call: Call): unknown {
  const { searchParams } = new URL(call.req.url)
  for (const name of searchParams.keys()) {
    if (name === 'payload') continue
    throw new RequestError(
      'unknown_parameter',
      `Unknown parameter ${name}: expected payload, as JSON`,
    )
  }
  const [text, more] = searchParams.getAll('payload')
  if (more !== undefined) {
    throw new RequestError('unknown_parameter', 'payload: expected at most once')
  }
  return payloadOfText(text ?? '')
}

/** The payload of a parameter's text: the same object for the same text, which must not be changed. */
export const payloadOfText = (text: string): unknown =>
  text === '' ? {} : PAYLOADS.get(text, () => parseJson(text, 'payload'))

/** A cache of payloads that clients send again and again, by their text: statements are kept by them. */
const PAYLOADS = new RecentTexts(500, 2000)
