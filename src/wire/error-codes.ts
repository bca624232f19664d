/**
 * The one catalogue of API errors: code, HTTP status, gRPC status, message. A code is never reused.
 * Names and texts without a remark are Dapr's.
 *
 * @see dapr `pkg/messages/predefined.go`, `pkg/messages/errorcodes/errorcodes.go`
 */
export interface ErrorCode {
  readonly status: number
  readonly grpc: string
  /** `{name}` is filled in by the caller. */
  readonly template: string
  /** The code in the body when it is shared by several entries of this table. */
  readonly code?: string
  /** Sidelight's own: daprd has no such answer. */
  readonly own?: true
}

export const errorCodes = {
  ERR_BAD_REQUEST: { status: 400, grpc: 'InvalidArgument', template: 'invalid request: {reason}' },
  ERR_BODY_READ: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed to read request body: {reason}',
  },
  ERR_BODY_TOO_LARGE: {
    status: 413,
    grpc: 'ResourceExhausted',
    template:
      'the request body is larger than {limit} bytes; raise --max-body-size if it is meant to be',
    own: true,
  },
  ERR_TOO_MANY_REQUESTS: {
    status: 429,
    grpc: 'ResourceExhausted',
    template: '{limit} requests to the app are waiting already (--app-max-concurrency)',
    own: true,
  },
  ERR_TAP_OFF: {
    status: 403,
    grpc: 'PermissionDenied',
    template: 'requests may not be tapped: spec.tracing.tap of the Configuration is false',
    own: true,
  },
  ERR_TAP_TOKEN: {
    status: 403,
    grpc: 'PermissionDenied',
    template:
      'a tap from another machine needs an API token: start the sidecar with DAPR_API_TOKEN, and send it as dapr-api-token',
    own: true,
  },
  ERR_TAP_BUSY: {
    status: 429,
    grpc: 'ResourceExhausted',
    template: '{limit} taps are open already',
    own: true,
  },
  ERR_API_TOKEN: {
    status: 401,
    grpc: 'Unauthenticated',
    template: 'invalid api token',
    own: true,
  },
  ERR_MIDDLEWARE: {
    status: 500,
    grpc: 'Internal',
    template: 'the handler {name} of {pipeline} refuses requests: {reason}',
    own: true,
  },
  ERR_API_UNIMPLEMENTED: {
    status: 501,
    grpc: 'Unimplemented',
    template: '{api} is not supported by this sidecar: {cure}',
  },
  ERR_INTERNAL: { status: 500, grpc: 'Internal', template: 'internal error' },
  ERR_DIRECT_INVOKE_NO_APP_ID: {
    code: 'ERR_DIRECT_INVOKE',
    status: 404,
    grpc: 'NotFound',
    template: 'failed getting app id either from the URL path or the header dapr-app-id',
  },
  ERR_DIRECT_INVOKE_NOT_READY: {
    code: 'ERR_DIRECT_INVOKE',
    status: 500,
    grpc: 'Internal',
    template: 'invoke API is not ready',
  },
  ERR_DIRECT_INVOKE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed to invoke, id: {id}, err: {reason}',
  },
  ERR_DIRECT_INVOKE_METHOD: {
    code: 'ERR_DIRECT_INVOKE',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed to invoke, id: {id}, err: invalid method: {reason}',
  },
  ERR_DIRECT_INVOKE_DENIED: {
    code: 'ERR_DIRECT_INVOKE',
    status: 403,
    grpc: 'PermissionDenied',
    template:
      'failed to invoke, id: {id}, err: access control policy has denied access to operation: {operation} verb: {verb}',
  },
  ERR_MALFORMED_REQUEST: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed deserializing HTTP body: {reason}',
  },
  ERR_MALFORMED_REQUEST_KEY: {
    code: 'ERR_MALFORMED_REQUEST',
    status: 400,
    grpc: 'InvalidArgument',
    template: "input key/keyPrefix '{key}' can't contain '||'",
  },
  ERR_STATE_STORE_NOT_CONFIGURED: {
    status: 500,
    grpc: 'FailedPrecondition',
    template: 'state store {name} is not configured',
  },
  ERR_STATE_STORE_NOT_FOUND: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'state store {name} is not found',
  },
  ERR_STATE_STORE_NOT_SUPPORTED: {
    status: 500,
    grpc: 'Unimplemented',
    template: "state store {name} doesn't support transactions",
  },
  ERR_STATE_STORE_NOT_SUPPORTED_QUERY: {
    code: 'ERR_STATE_STORE_NOT_SUPPORTED',
    status: 500,
    grpc: 'Internal',
    template: 'state store does not support querying',
  },
  ERR_STATE_GET: {
    status: 500,
    grpc: 'Internal',
    template: 'fail to get {key} from state store {name}: {reason}',
  },
  ERR_STATE_SAVE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed saving state in state store {name}: {reason}',
  },
  ERR_STATE_SAVE_MISMATCH: {
    code: 'ERR_STATE_SAVE',
    status: 409,
    grpc: 'Aborted',
    template:
      'failed saving state in state store {name}: possible etag mismatch. error from state store: {reason}',
  },
  ERR_STATE_SAVE_ETAG: {
    code: 'ERR_STATE_SAVE',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed saving state in state store {name}: invalid etag value: {reason}',
  },
  ERR_STATE_DELETE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed deleting state with key {key}: {reason}',
  },
  ERR_STATE_DELETE_MISMATCH: {
    code: 'ERR_STATE_DELETE',
    status: 409,
    grpc: 'Aborted',
    template:
      'failed deleting state with key {key}: possible etag mismatch. error from state store: {reason}',
  },
  ERR_STATE_DELETE_ETAG: {
    code: 'ERR_STATE_DELETE',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed deleting state with key {key}: invalid etag value: {reason}',
  },
  ERR_STATE_TRANSACTION: {
    status: 500,
    grpc: 'Internal',
    template: 'error while executing state transaction: {reason}',
  },
  ERR_NOT_SUPPORTED_STATE_OPERATION: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'operation type {operation} not supported',
  },
  ERR_SECRET_STORES_NOT_CONFIGURED: {
    status: 500,
    grpc: 'FailedPrecondition',
    template: 'secret store is not configured',
  },
  ERR_SECRET_STORE_NOT_FOUND: {
    status: 401,
    grpc: 'InvalidArgument',
    template: 'failed finding secret store with key {name}',
  },
  ERR_PERMISSION_DENIED: {
    status: 403,
    grpc: 'PermissionDenied',
    template: 'access denied by policy to get "{key}" from "{store}"',
  },
  ERR_SECRET_GET: {
    status: 500,
    grpc: 'Internal',
    template: 'failed getting secret with key {key} from secret store {store}: {reason}',
  },
  ERR_SECRET_GET_BULK: {
    code: 'ERR_SECRET_GET',
    status: 500,
    grpc: 'Internal',
    template: 'failed getting secrets from secret store {store}: {reason}',
  },
  ERR_CONFIGURATION_STORE_NOT_CONFIGURED: {
    status: 500,
    grpc: 'FailedPrecondition',
    template: 'configuration stores not configured',
  },
  ERR_CONFIGURATION_STORE_NOT_FOUND: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'configuration store {name} not found',
  },
  ERR_CONFIGURATION_GET: {
    status: 500,
    grpc: 'Internal',
    template: 'failed to get {keys} from Configuration store {store}: {reason}',
  },
  ERR_CONFIGURATION_SUBSCRIBE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed to subscribe {keys} from Configuration store {store}: {reason}',
  },
  ERR_CONFIGURATION_UNSUBSCRIBE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed to unsubscribe to configuration request {id}: {reason}',
  },
  ERR_APP_CHANNEL_NIL: {
    status: 500,
    grpc: 'Internal',
    template: 'app channel is not initialized. cannot subscribe to configuration updates',
  },
  ERR_LOCK_STORE_NOT_CONFIGURED: {
    status: 500,
    grpc: 'FailedPrecondition',
    template: 'lock store is not configured',
  },
  ERR_LOCK_STORE_NOT_FOUND: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'lock store {name} not found',
  },
  ERR_MALFORMED_REQUEST_LOCK_RESOURCE: {
    code: 'ERR_MALFORMED_REQUEST',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'ResourceId is empty in lock store {name}',
  },
  ERR_MALFORMED_REQUEST_LOCK_OWNER: {
    code: 'ERR_MALFORMED_REQUEST',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'LockOwner is empty in lock store {name}',
  },
  ERR_MALFORMED_REQUEST_LOCK_EXPIRY: {
    code: 'ERR_MALFORMED_REQUEST',
    status: 400,
    grpc: 'InvalidArgument',
    template: 'ExpiryInSeconds is not positive in lock store {name}',
  },
  ERR_TRY_LOCK: {
    status: 500,
    grpc: 'Internal',
    template: 'failed to try acquiring lock: {reason}',
  },
  ERR_UNLOCK: { status: 500, grpc: 'Internal', template: 'failed to release lock: {reason}' },
  ERR_INVOKE_OUTPUT_BINDING: {
    status: 500,
    grpc: 'Internal',
    template: 'error invoking output binding {name}: {reason}',
  },
  ERR_CONVERSATION_NOT_FOUND: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed finding conversation component {name}',
  },
  ERR_CONVERSATION_INVALID_PARMS: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed conversing with component {name}: invalid params',
  },
  ERR_CONVERSATION_MISSING_INPUTS: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed conversing with component {name}: missing inputs in request',
  },
  ERR_CONVERSATION_INVOKE: {
    status: 500,
    grpc: 'Internal',
    template: 'failed conversing with component {name}: {reason}',
  },
  ERR_PUBSUB_NOT_CONFIGURED: {
    status: 400,
    grpc: 'FailedPrecondition',
    template: 'no pubsub is configured',
  },
  ERR_PUBSUB_NOT_FOUND: {
    status: 404,
    grpc: 'InvalidArgument',
    template: 'pubsub {name} is not found',
  },
  ERR_TOPIC_NAME_EMPTY: {
    status: 404,
    grpc: 'InvalidArgument',
    template: 'topic is empty in pubsub {name}',
  },
  ERR_PUBSUB_FORBIDDEN: {
    status: 403,
    grpc: 'PermissionDenied',
    template: 'topic {topic} is not allowed for app id {appId}',
  },
  ERR_PUBSUB_EVENTS_SER: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'error when unmarshaling the request for topic {topic} pubsub {name}: {reason}',
  },
  ERR_PUBSUB_REQUEST_METADATA: {
    status: 400,
    grpc: 'InvalidArgument',
    template: 'failed deserializing metadata: {reason}',
  },
  ERR_PUBSUB_CLOUD_EVENTS_SER: {
    status: 500,
    grpc: 'InvalidArgument',
    template: 'cannot create cloudevent: {reason}',
  },
  ERR_PUBSUB_PUBLISH_MESSAGE: {
    status: 500,
    grpc: 'Internal',
    template: 'error when publish to topic {topic} in pubsub {name}: {reason}',
  },
  ERR_HEALTH_NOT_READY: { status: 500, grpc: 'Internal', template: 'dapr is not ready: {waiting}' },
  ERR_OUTBOUND_HEALTH_NOT_READY: {
    status: 500,
    grpc: 'Internal',
    template: 'dapr outbound is not ready',
  },
  ERR_HEALTH_APPID_NOT_MATCH: {
    status: 500,
    grpc: 'Internal',
    template: 'dapr app-id does not match',
  },
} as const satisfies Readonly<Record<string, ErrorCode>>

export type ErrorName = keyof typeof errorCodes

/** Fills a template; a parameter that is not given stands as its name. */
export const formatError = (name: ErrorName, params: Readonly<Record<string, string | number>>) =>
  errorCodes[name].template.replace(/\{(\w+)\}/g, (whole, key: string) =>
    key in params ? String(params[key]) : whole,
  )

/** The `errorCode` of the body. */
export const bodyCodeOf = (name: ErrorName): string => {
  const entry: ErrorCode = errorCodes[name]
  return entry.code ?? name
}
