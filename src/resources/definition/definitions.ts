import type { z } from 'zod'
import type { StructuralSchema } from '../../wire/structural-schema.ts'
import { configurationSchema } from '../configuration/schema.ts'
import { kinds } from '../directory/kinds.ts'
import { docOf } from '../schema-walk.ts'
import { statusSchema } from './status-schema.ts'
import { structuralSchemaOf } from './structural-schema-of.ts'

const GROUP = 'dapr.io'

interface Column {
  readonly name: string
  readonly type: 'string' | 'date'
  readonly jsonPath: string
  readonly description: string
}

/** How the API server serves one kind. */
interface Served {
  readonly kind: string
  readonly plural: string
  /** Words of `kubectl get` that show this kind among others, as Dapr has them. */
  readonly categories?: readonly string[]
  /** The last is the one that is stored. All have the same fields, so that none is lost on the way between them. */
  readonly versions?: readonly string[]
  readonly schema: z.ZodObject
  /** Besides those that every kind has. */
  readonly columns: readonly Column[]
}

const column = (name: string, jsonPath: string, description: string): Column => ({
  name,
  type: 'string',
  jsonPath,
  description,
})

/** @see dapr `charts/dapr/crds` */
const served: readonly Served[] = [
  {
    kind: 'Component',
    plural: 'components',
    categories: ['all', 'dapr'],
    schema: kinds.components.schema,
    columns: [column('Type', '.spec.type', 'Building block and driver.')],
  },
  {
    kind: 'Configuration',
    plural: 'configurations',
    schema: configurationSchema,
    columns: [column('Rate', '.spec.tracing.samplingRate', 'Share of new traces that are kept.')],
  },
  {
    kind: 'HTTPEndpoint',
    plural: 'httpendpoints',
    schema: kinds.httpEndpoints.schema,
    columns: [],
  },
  {
    kind: 'Resiliency',
    plural: 'resiliencies',
    categories: ['dapr'],
    schema: kinds.resiliencies.schema,
    columns: [],
  },
  {
    kind: 'Subscription',
    plural: 'subscriptions',
    categories: ['all', 'dapr'],
    versions: ['v1alpha1', 'v2alpha1'],
    schema: kinds.subscriptions.schema,
    columns: [
      column('Pubsub', '.spec.pubsubname', 'Component of the broker.'),
      column('Topic', '.spec.topic', 'Topic.'),
    ],
  },
]

const OUTCOME: readonly Column[] = [
  column('Applied', '.status.appliedSummary', 'Sidecars that run it, of those that should.'),
  column(
    'Accepted',
    '.status.conditions[?(@.type=="Accepted")].status',
    'Whether it is right; its conditions say what is not.',
  ),
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'Since when it is there.',
  },
]

/** What the API server itself knows of every object. */
const OF_EVERY_OBJECT: Readonly<Record<string, StructuralSchema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
}

export type CustomResourceDefinition = ReturnType<typeof toDefinition>

/** The definitions of all kinds: the same fields and words as in the reference page. */
export const customResourceDefinitions = (): readonly CustomResourceDefinition[] =>
  served.map(toDefinition)

function toDefinition({
  kind,
  plural,
  categories = [],
  versions = ['v1alpha1'],
  schema,
  columns,
}: Served) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      labels: { 'app.kubernetes.io/part-of': 'sidelight' },
    },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(categories.length === 0 ? {} : { categories }),
      },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === versions.length - 1,
        subresources: { status: {} },
        additionalPrinterColumns: [...columns, ...OUTCOME],
        schema: { openAPIV3Schema: objectSchema(schema) },
      })),
    },
  }
}

function objectSchema(schema: z.ZodObject): StructuralSchema {
  const { description } = docOf(schema)
  const fields = Object.entries(schema.shape).map(([name, field]) => [
    name,
    OF_EVERY_OBJECT[name] ?? structuralSchemaOf(field as z.ZodType),
  ])
  return {
    description,
    type: 'object',
    properties: { ...Object.fromEntries(fields), status: statusSchema },
  }
}
