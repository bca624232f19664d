import type { DriverTable } from '../index.ts'
import type { Middleware } from './contract.ts'

export const middlewareDrivers: DriverTable<Middleware> = {
  'middleware.http.bearer': { load: async () => (await import('./bearer/index.ts')).bearerDriver },
  'middleware.http.ratelimit': {
    load: async () => (await import('./ratelimit/index.ts')).rateLimitDriver,
  },
  'middleware.http.routeralias': {
    load: async () => (await import('./routeralias/index.ts')).routerAliasDriver,
  },
  'middleware.http.routerchecker': {
    load: async () => (await import('./routerchecker/index.ts')).routerCheckerDriver,
  },
  'middleware.http.uppercase': {
    load: async () => (await import('./uppercase/index.ts')).uppercaseDriver,
  },
}
