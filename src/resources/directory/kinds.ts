import type { z } from 'zod'
import type { Problem } from '../../base/problem.ts'
import type { Component } from '../component/component.ts'
import { componentSchema } from '../component/schema.ts'
import { toComponent } from '../component/to-component.ts'
import type { HttpEndpoint } from '../http-endpoint/http-endpoint.ts'
import { httpEndpointSchema } from '../http-endpoint/schema.ts'
import { toHttpEndpoint } from '../http-endpoint/to-http-endpoint.ts'
import type { Located, LocatedValue } from '../located.ts'
import { checkPolicies } from '../resiliency/check-policies.ts'
import { checkTrips } from '../resiliency/check-trips.ts'
import type { Resiliency } from '../resiliency/resiliency.ts'
import { resiliencySchema } from '../resiliency/schema.ts'
import { toResiliency } from '../resiliency/to-resiliency.ts'
import { checkRoutes } from '../subscription/check-routes.ts'
import { subscriptionSchema } from '../subscription/schema.ts'
import type { DeclaredSubscription } from '../subscription/subscription.ts'
import { toSubscription } from '../subscription/to-subscription.ts'
import type { Issue } from '../zod-problems.ts'

/** What the directories of `--resources-path` hold, of each kind in the order in which it was found. */
export interface Resources {
  readonly components: readonly Located<Component>[]
  readonly subscriptions: readonly Located<DeclaredSubscription>[]
  readonly resiliencies: readonly Located<Resiliency>[]
  readonly httpEndpoints: readonly Located<HttpEndpoint>[]
}

/** How one kind is read. */
export interface Kind<S extends z.ZodType, R extends { readonly name: string }> {
  /** Of `kind:` in the document. */
  readonly name: string
  readonly schema: S
  /** What passed the schema, with its defaults. */
  toResource(input: z.output<S>): R
  /** What a schema cannot see, or only with a library. Looks at the document itself, whatever else is wrong in it. */
  check?(value: unknown): Promise<readonly Issue[]>
  /** Paths that start with this may hold a password: problems go without the value seen. */
  readonly secretPath?: string
  /** Names of fields are taken in any case, as Dapr does. */
  readonly anyCase?: true
  /** Finds what is wrong between documents of the kind. */
  checkAll?(all: readonly LocatedValue[]): readonly Problem[]
}

const kind = <S extends z.ZodType, R extends { readonly name: string }>(kind: Kind<S, R>) => kind

/** The kinds that are read, by the list that they go to. */
export const kinds = {
  components: kind({
    name: 'Component',
    schema: componentSchema,
    toResource: toComponent,
    secretPath: 'spec.metadata.',
  }),
  subscriptions: kind({
    name: 'Subscription',
    schema: subscriptionSchema,
    toResource: toSubscription,
    check: checkRoutes,
  }),
  resiliencies: kind({
    name: 'Resiliency',
    schema: resiliencySchema,
    toResource: toResiliency,
    anyCase: true,
    check: checkTrips,
    checkAll: checkPolicies,
  }),
  httpEndpoints: kind({
    name: 'HTTPEndpoint',
    schema: httpEndpointSchema,
    toResource: toHttpEndpoint,
    secretPath: 'spec.clientTLS.',
  }),
} as const
