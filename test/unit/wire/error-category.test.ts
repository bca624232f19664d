import assert from 'node:assert/strict'
import { errorCategory } from '../../../src/wire/error-category.ts'
import { type ErrorName, errorCodes } from '../../../src/wire/error-codes.ts'

/** Codes by category; all others are `common`. */
const CATEGORIES: Readonly<Record<string, RegExp>> = {
  state: /^ERR_(STATE_.*|NOT_SUPPORTED_STATE_OPERATION|MALFORMED_REQUEST_KEY)$/,
  secret: /^ERR_(SECRET_.*|PERMISSION_DENIED)$/,
  configuration: /^ERR_CONFIGURATION_/,
  lock: /^ERR_(LOCK_STORE_.*|TRY_LOCK|UNLOCK)$/,
  pubsub: /^ERR_(PUBSUB_.*|TOPIC_NAME_EMPTY|PUBLISH_OUTBOX)$/,
  conversation: /^ERR_CONVERSATION_/,
  'service-invocation': /^ERR_DIRECT_INVOKE/,
  binding: /^ERR_INVOKE_OUTPUT_BINDING/,
  health: /^ERR_(HEALTH_|OUTBOUND_HEALTH_)/,
  common:
    /^ERR_(API_TOKEN|API_UNIMPLEMENTED|APP_CHANNEL_NIL|BAD_REQUEST|BODY_READ|INTERNAL|MALFORMED_REQUEST(_.*)?|BODY_TOO_LARGE|TOO_MANY_REQUESTS|MIDDLEWARE|TAP_(OFF|TOKEN|BUSY))$/,
}

describe('errorCategory [dapr: pkg/messages/errorcodes/errorcodes.go]', () => {
  test('is Dapr’s for every error of the catalogue', () => {
    for (const name of Object.keys(errorCodes) as ErrorName[])
      assert.match(name, CATEGORIES[errorCategory(name)] ?? /never/)
  })
})
