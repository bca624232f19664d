import type { Fault } from '../../../base/fault.ts'
import type {
  Concurrency,
  Consistency,
  DeleteOptions,
  StateMetadata,
  StateWrite,
} from '../../../components/state/index.ts'
import { fieldsOf, jsonBytes, malformed, metadataOf } from '../request-parts.ts'

/** One item of a save or a transaction, as the API has it. */
export interface StateItem {
  readonly key: string
  readonly value: NonNullable<unknown> | null
  readonly etag: string | undefined
  readonly concurrency: Concurrency | undefined
  readonly consistency: Consistency | undefined
  readonly metadata: StateMetadata
}

/** @param refuse says that an option is unknown @throws Fault `ERR_MALFORMED_REQUEST`, and what `refuse` makes */
export function readItem(raw: unknown, refuse: Refuse): StateItem {
  const fields = fieldsOf(raw, 'an item')
  if (typeof fields.key !== 'string' || fields.key === '')
    throw malformed('"key" is a required field')
  const options = fields.options === null ? {} : fieldsOf(fields.options ?? {}, 'options')
  return {
    key: fields.key,
    value: fields.value ?? null,
    etag: etagOf(fields.etag),
    ...readOptions(
      textOf(options.concurrency, 'options.concurrency'),
      textOf(options.consistency, 'options.consistency'),
      refuse,
    ),
    metadata: metadataOf(fields.metadata, 'metadata'),
  }
}

export type Refuse = (reason: string) => Fault

const CONCURRENCY: readonly Concurrency[] = ['first-write', 'last-write']
const CONSISTENCY: readonly Consistency[] = ['strong', 'eventual']

/** Dapr's stores say it in these words. [components-contrib: state/requests.go CheckRequestOptions] */
export function readOptions(
  concurrency: string | undefined,
  consistency: string | undefined,
  refuse: Refuse,
): Pick<StateItem, 'concurrency' | 'consistency'> {
  const known = <T extends string>(model: string, all: readonly T[], text: string | undefined) => {
    const found = all.find((each) => each === text)
    if (text === undefined || found !== undefined) return found
    throw refuse(`unrecognized ${model} model '${text.slice(0, MAX_SHOWN)}'`)
  }
  return {
    concurrency: known('concurrency', CONCURRENCY, concurrency),
    consistency: known('consistency', CONSISTENCY, consistency),
  }
}

const MAX_SHOWN = 40

/** The value is JSON again, as daprd stores it: a text keeps its quotes. @throws Fault `ERR_MALFORMED_REQUEST` */
export const toWrite = (item: StateItem, storedKey: string): StateWrite => ({
  key: storedKey,
  value: jsonBytes(item.value),
  etag: item.etag,
  concurrency: item.concurrency,
  consistency: item.consistency,
  ttlSeconds: ttlOf(item.metadata),
  metadata: item.metadata,
})

export const toDelete = (item: StateItem): DeleteOptions => ({
  etag: item.etag,
  concurrency: item.concurrency,
  consistency: item.consistency,
  metadata: item.metadata,
})

/** An empty ETag is none. */
export const etagOf = (value: unknown): string | undefined =>
  value === undefined || value === null || value === '' ? undefined : textOf(value, 'etag')

function textOf(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw malformed(`${what} is a text`)
  return value
}

/** @throws Fault `ERR_MALFORMED_REQUEST` */
function ttlOf(metadata: StateMetadata): number | undefined {
  const entry = Object.entries(metadata).find(([name]) => name.toLowerCase() === 'ttlinseconds')
  if (entry === undefined || entry[1] === '') return undefined
  if (!/^[+-]?\d{1,15}$/.test(entry[1]))
    throw malformed('ttlInSeconds is a whole number of seconds')
  return Number(entry[1])
}
