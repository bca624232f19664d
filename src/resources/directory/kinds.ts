import type { z } from 'zod'
import type { Component } from '../component/component.ts'
import { componentSchema } from '../component/schema.ts'
import { toComponent } from '../component/to-component.ts'
import type { Located } from '../located.ts'

/** What the directories of `--resources-path` hold, of each kind in the order in which it was found. */
export interface Resources {
  readonly components: readonly Located<Component>[]
}

/** How one kind is read. */
export interface Kind<S extends z.ZodType, R extends { readonly name: string }> {
  /** Of `kind:` in the document. */
  readonly name: string
  readonly schema: S
  /** What passed the schema, with its defaults. */
  toResource(input: z.output<S>): R
  /** Paths that start with this may hold a password: problems go without the value seen. */
  readonly secretPath?: string
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
} as const

/** Dapr reads these from the same directories. */
export const unbuiltKinds: ReadonlySet<string> = new Set([
  'Subscription',
  'Resiliency',
  'HTTPEndpoint',
])
