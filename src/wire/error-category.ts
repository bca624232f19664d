import type { ErrorName } from './error-codes.ts'

/** Dapr's categories of API errors, by what their names have in common. @see dapr `pkg/messages/errorcodes/errorcodes.go` */
const CATEGORIES: readonly (readonly [names: RegExp, category: string])[] = [
  [/STATE|^ERR_MALFORMED_REQUEST_KEY$/, 'state'],
  [/SECRET|^ERR_PERMISSION_DENIED$/, 'secret'],
  [/^ERR_CONFIGURATION/, 'configuration'],
  [/^ERR_(?:TRY_LOCK|UNLOCK|LOCK)/, 'lock'],
  [/PUBSUB|TOPIC/, 'pubsub'],
  [/CONVERSATION/, 'conversation'],
  [/DIRECT_INVOKE/, 'service-invocation'],
  [/BINDING/, 'binding'],
  [/HEALTH/, 'health'],
]

export const errorCategory = (name: ErrorName): string =>
  CATEGORIES.find(([names]) => names.test(name))?.[1] ?? 'common'
