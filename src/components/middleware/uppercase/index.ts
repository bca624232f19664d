import type { Driver } from '../../index.ts'
import type { Middleware } from '../contract.ts'
import { uppercase } from './handler.ts'
import { uppercaseSettings } from './settings.ts'

/** @see dapr `cmd/daprd/components/middleware_http_uppercase.go` */
export const uppercaseDriver: Driver<Middleware, typeof uppercaseSettings> = {
  type: 'middleware.http.uppercase',
  versions: ['v1'],
  doc: 'Makes capital letters of the body: shows whether a pipeline works.',
  settings: uppercaseSettings,
  open: async () => uppercase,
}
