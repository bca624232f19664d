import { DAPR_VERSION, VERSION } from '../../base/version.ts'
import { bodyCodeOf, type ErrorName, errorCodes } from '../../wire/error-codes.ts'
import type { ApiRoute } from '../exchange.ts'
import type { AnswerDoc, ParamDoc, RouteDoc, Schema } from './route-doc.ts'

const JSON_TYPE = 'application/json'
/** What `*` stands for in a table of routes; OpenAPI knows these. */
const ALL_METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const

/** Parameters of paths, by name. */
const PATH_PARAMS: Readonly<Record<string, ParamDoc>> = {
  target: {
    description:
      '`<app id>/method/<path>`, or a URL of another host; slashes stand as they are. Any method is passed on.',
    example: 'orders/method/checkout',
  },
  store: { description: 'Name of the component.', example: 'statestore' },
  pubsub: { description: 'Name of the component.', example: 'pubsub' },
  name: { description: 'Name of the component.', example: 'component' },
  topic: { description: 'Topic; may hold slashes.', example: 'orders' },
  key: { description: 'Key, percent-encoded; `+` is a blank.', example: 'order-7' },
  id: {
    description: 'Id of the subscription.',
    example: '0d5b9bd4-3b5e-4ec4-9c0b-3f0a0e9a6c52',
  },
}

/** Given by the pipeline whatever the route. */
const EVERYWHERE: readonly ErrorName[] = [
  'ERR_BAD_REQUEST',
  'ERR_DIRECT_INVOKE_NO_APP_ID',
  'ERR_INTERNAL',
]

/** Also by the pipeline, of those that read a body. */
const WITH_BODY: readonly ErrorName[] = ['ERR_BODY_TOO_LARGE', 'ERR_BODY_READ']

/**
 * The HTTP API as OpenAPI 3.1, made of the table that the router reads.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export const openApiDocument = (routes: readonly ApiRoute[]): Schema => ({
  openapi: '3.1.0',
  info: {
    title: 'Sidelight',
    version: VERSION,
    summary: `The HTTP API of the sidecar, compatible with Dapr ${DAPR_VERSION}.`,
    description:
      'An unknown path, or one that the Configuration closes, is an attempt to invoke an app: 404 ERR_DIRECT_INVOKE without a `dapr-app-id`. Names of fields in bodies are matched in any case. Every call is a span and a metric; `traceparent`, `tracestate` and `baggage` are read and handed on.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'http://localhost:3500' }],
  security: [{}, { apiToken: [] }],
  tags: [...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
  paths: pathsOf(routes),
  components: {
    securitySchemes: {
      apiToken: {
        type: 'apiKey',
        in: 'header',
        name: 'dapr-api-token',
        description: 'Only where DAPR_API_TOKEN is set for the sidecar.',
      },
    },
    schemas: {
      Error: {
        type: 'object',
        properties: {
          errorCode: { type: 'string', description: 'Stable; a program may rely on it.' },
          message: { type: 'string', description: 'For people.' },
          details: {
            type: 'array',
            items: { type: 'object' },
            description: 'google.rpc error details, where Dapr has them.',
          },
        },
        required: ['errorCode', 'message'],
      },
    },
  },
})

/** `/v1.0/publish/{pubsub}/{topic...}` as OpenAPI writes it. */
export const toOpenApiPath = (template: string): string => template.replaceAll('...}', '}')

function pathsOf(routes: readonly ApiRoute[]): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const route of routes) {
    const path = toOpenApiPath(route.template)
    const item = paths[path] ?? {}
    paths[path] = item
    const methods = route.method === '*' ? ALL_METHODS : [route.method.toLowerCase()]
    for (const method of methods) item[method] = toOperation(route, method)
  }
  return paths
}

function toOperation({ doc, group, operation, template }: ApiRoute, method: string): Schema {
  const named = [...template.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)].map(([, name = '']) => name)
  const parameters = [
    ...named.map((name) => toParameter(name, 'path', doc.params?.[name] ?? PATH_PARAMS[name])),
    ...Object.entries(doc.query ?? {}).map(([name, each]) => toParameter(name, 'query', each)),
    ...Object.entries(doc.headers ?? {}).map(([name, each]) => toParameter(name, 'header', each)),
  ]
  return {
    operationId: `${operation}.${method}${template.includes('-alpha') ? `.${template.split('/')[1]}` : ''}`,
    summary: doc.summary,
    tags: [group],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(doc.body === undefined ? {} : { requestBody: toBody(doc.body) }),
    responses: toResponses(doc),
  }
}

function toParameter(name: string, place: string, doc: ParamDoc | undefined): Schema {
  const { description = '', schema = { type: 'string' }, example } = doc ?? {}
  return {
    name,
    in: place,
    required: place === 'path',
    description,
    schema: place === 'path' ? { ...schema, minLength: 1 } : schema,
    ...(example === undefined ? {} : { example }),
  }
}

const toBody = ({
  schema,
  example,
  type = JSON_TYPE,
  optional,
}: NonNullable<RouteDoc['body']>) => ({
  required: optional === undefined,
  content: { [type]: { schema, example } },
})

function toResponses(doc: RouteDoc): Schema {
  const responses: Record<string, Schema> = {}
  for (const [status, answer] of Object.entries(doc.answers)) responses[status] = toAnswer(answer)
  const names = [...doc.errors, ...EVERYWHERE, ...(doc.body === undefined ? [] : WITH_BODY)]
  for (const [status, all] of byStatus(names)) {
    const own = doc.answers[Number(status)]
    const schema = errorSchema(all)
    responses[status] =
      own?.schema === undefined
        ? toErrorAnswer(all)
        : toAnswer({ ...own, schema: { anyOf: [own.schema, schema] } })
  }
  responses['401'] ??= toErrorAnswer([])
  if (doc.passesOn) responses.default = { description: 'What the app answers.' }
  return { ...responses, '401': withToken(responses['401']) }
}

const toAnswer = ({ description, schema, example, type = JSON_TYPE, headers }: AnswerDoc) => ({
  description,
  ...(headers && {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, meaning]) => [
        name,
        { description: meaning, schema: { type: 'string' } },
      ]),
    ),
  }),
  ...(schema && {
    content: { [type]: { schema, ...(example === undefined ? {} : { example }) } },
  }),
})

function byStatus(names: readonly ErrorName[]): ReadonlyMap<string, ErrorName[]> {
  const found = new Map<string, ErrorName[]>()
  for (const name of new Set(names)) {
    const status = String(errorCodes[name].status)
    found.set(status, [...(found.get(status) ?? []), name])
  }
  return found
}

const toErrorAnswer = (names: readonly ErrorName[]): Schema => ({
  description: names.map((name) => `${bodyCodeOf(name)}: ${errorCodes[name].template}`).join('\n'),
  ...(names.length > 0 && { content: { [JSON_TYPE]: { schema: errorSchema(names) } } }),
})

const errorSchema = (names: readonly ErrorName[]): Schema => ({
  allOf: [
    { $ref: '#/components/schemas/Error' },
    { properties: { errorCode: { enum: [...new Set(names.map(bodyCodeOf))] } } },
  ],
})

/** The token's refusal is plain text, as in Dapr. */
function withToken({ description = '', content }: Schema): Schema {
  const own = 'invalid api token (plain text)'
  return {
    description: description === '' ? own : `${description}\n${own}`,
    content: {
      ...(content as object | undefined),
      'text/plain': { schema: { type: 'string' }, example: 'invalid api token\n' },
    },
  }
}
