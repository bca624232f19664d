import type { ErrorName } from '../../wire/error-codes.ts'

/** What a stranger has to know of a route. It stands beside the route, and the OpenAPI document is made of it. */
export interface RouteDoc {
  /** One line: what it does. */
  readonly summary: string
  /** Parameters of the path that mean more here than in the whole API. */
  readonly params?: Readonly<Record<string, ParamDoc>>
  readonly query?: Readonly<Record<string, ParamDoc>>
  readonly headers?: Readonly<Record<string, ParamDoc>>
  readonly body?: BodyDoc
  /** What is answered when all goes well, by status. */
  readonly answers: Readonly<Record<number, AnswerDoc>>
  /** Those that the pipeline gives on every route need no word here. */
  readonly errors: readonly ErrorName[]
  /** Body and answer are somebody else's: any status may come. */
  readonly passesOn?: true
}

/** JSON Schema, draft 2020-12. */
export type Schema = { readonly [keyword: string]: unknown }

export interface ParamDoc {
  readonly description: string
  /** Default: a text. */
  readonly schema?: Schema
  readonly example?: unknown
}

export interface BodyDoc {
  readonly schema: Schema
  readonly example: unknown
  /** Media type. Default: JSON. */
  readonly type?: string
  /** It may be left out. */
  readonly optional?: true
}

export interface AnswerDoc {
  readonly description: string
  /** Absent: no body. */
  readonly schema?: Schema
  readonly example?: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const text = { type: 'string' } as const
export const texts = { type: 'array', items: text } as const
/** Request metadata, for example `ttlInSeconds`. */
export const textMap = { type: 'object', additionalProperties: text } as const
export const anything = {} as const

export const object = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
})

export const NOTHING: AnswerDoc = { description: 'Done; there is nothing to say.' }
