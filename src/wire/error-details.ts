import type { ErrorName } from './error-codes.ts'

/** What is said of an error besides its code and message: SDKs of other languages read it. */
interface Detail {
  /** After `DAPR_`. */
  readonly reason: string
  /** Parameters of the error that go into `metadata`. */
  readonly metadata?: readonly string[]
  /** Kind of the component that `name` is. */
  readonly resource?: 'state' | 'pubsub'
  /** Parameter that names the field at fault. */
  readonly field?: string
  readonly help?: { readonly url: string; readonly description: string }
}

/** Errors that have details in Dapr, too. @see dapr `pkg/api/errors/state.go`, `pubsub.go` */
const DETAILS: Readonly<Partial<Record<ErrorName, Detail>>> = {
  ERR_STATE_STORE_NOT_CONFIGURED: { reason: 'STATE_NOT_CONFIGURED', metadata: ['appID'] },
  ERR_STATE_STORE_NOT_FOUND: { reason: 'STATE_NOT_FOUND', metadata: ['appID'] },
  ERR_MALFORMED_REQUEST_KEY: { reason: 'STATE_ILLEGAL_KEY', resource: 'state', field: 'key' },
  ERR_STATE_STORE_NOT_SUPPORTED: {
    reason: 'STATE_TRANSACTIONS_NOT_SUPPORTED',
    resource: 'state',
    help: {
      url: 'https://docs.dapr.io/reference/components-reference/supported-state-stores/',
      description: 'Check the list of state stores and the features they support',
    },
  },
  ERR_STATE_STORE_NOT_SUPPORTED_QUERY: {
    reason: 'STATE_QUERYING_NOT_SUPPORTED',
    resource: 'state',
  },
  ERR_PUBSUB_NOT_CONFIGURED: { reason: 'PUBSUB_NOT_CONFIGURED', metadata: ['appID'] },
  ERR_PUBSUB_NOT_FOUND: { reason: 'PUBSUB_NOT_FOUND', metadata: ['appID'] },
  ERR_TOPIC_NAME_EMPTY: { reason: 'PUBSUB_TOPIC_NAME_EMPTY', resource: 'pubsub' },
  ERR_PUBSUB_REQUEST_METADATA: {
    reason: 'PUBSUB_METADATA_DESERIALIZATION',
    resource: 'pubsub',
  },
  ERR_PUBSUB_PUBLISH_MESSAGE: {
    reason: 'PUBSUB_PUBLISH_MESSAGE',
    resource: 'pubsub',
    metadata: ['topic'],
  },
  ERR_PUBSUB_FORBIDDEN: {
    reason: 'PUBSUB_FORBIDDEN',
    resource: 'pubsub',
    metadata: ['topic'],
  },
  ERR_PUBSUB_EVENTS_SER: { reason: 'PUBSUB_UNMARSHAL_EVENTS', resource: 'pubsub' },
  ERR_PUBSUB_CLOUD_EVENTS_SER: { reason: 'PUBSUB_CLOUD_EVENT_CREATION', resource: 'pubsub' },
}

/**
 * Google's error details in their JSON form, as daprd appends them to an error's body.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function errorDetails(
  name: ErrorName,
  message: string,
  params: Readonly<Record<string, string | number>>,
): readonly object[] | undefined {
  const detail = DETAILS[name]
  if (detail === undefined) return undefined
  const { reason, resource, field, help, metadata = [] } = detail
  const details: object[] = []
  if (field !== undefined)
    details.push({
      '@type': `${TYPE}.BadRequest`,
      field_violations: [{ field: String(params[field] ?? ''), description: message }],
    })
  if (help !== undefined) details.push({ '@type': `${TYPE}.Help`, links: [help] })
  if (resource !== undefined)
    details.push({
      '@type': `${TYPE}.ResourceInfo`,
      resource_type: resource,
      resource_name: String(params.name ?? ''),
      owner: '',
      description: '',
    })
  details.push({
    '@type': `${TYPE}.ErrorInfo`,
    domain: 'dapr.io',
    reason: `DAPR_${reason}`,
    metadata: Object.fromEntries(
      metadata.flatMap((key) => (params[key] === undefined ? [] : [[key, String(params[key])]])),
    ),
  })
  return details
}

const TYPE = 'type.googleapis.com/google.rpc'
