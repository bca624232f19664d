import type { Driver } from '../../index.ts'
import type { Middleware } from '../contract.ts'
import { createBearer } from './handler.ts'
import { KeySet } from './key-set.ts'
import { bearerSettings } from './settings.ts'

/** @see dapr components-contrib `middleware/http/bearer` */
export const bearerDriver: Driver<Middleware, typeof bearerSettings> = {
  type: 'middleware.http.bearer',
  versions: ['v1'],
  doc: 'Lets those requests through that bear a valid token (JWT) of an issuer; the others get a 401.',
  settings: bearerSettings,
  open: async ({ issuer, audience, jwksURL }, { clock, log }, signal) =>
    createBearer(
      { issuer, audience },
      await KeySet.open({ issuer, jwksUrl: jwksURL }, { clock, log }, signal),
      clock,
    ),
}
