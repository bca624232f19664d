import type { StructuralSchema } from '../../wire/structural-schema.ts'

const MAX_NAMES = 20

const text = (description: string): StructuralSchema => ({ description, type: 'string' })
const count = (description: string): StructuralSchema => ({
  description,
  type: 'integer',
  format: 'int32',
})
const generation: StructuralSchema = {
  description: 'Generation of the resource that this was said of.',
  type: 'integer',
  format: 'int64',
}

/** What became of a resource: written by the operator, through the subresource alone. */
export const statusSchema: StructuralSchema = {
  description: 'What became of it. Written by the operator.',
  type: 'object',
  properties: {
    observedGeneration: generation,
    observedSampling: text(
      'Digest of the annotation sidelight.dev/sampling that this was said of: it changes no generation.',
    ),
    appliedSummary: text('Sidecars that run it, of those that should, for example `12/12`.'),
    sidecars: {
      description: 'Sidecars that it concerns.',
      type: 'object',
      properties: {
        total: count('Running pods that it concerns.'),
        applied: count('Of these, how many run this generation.'),
        failed: {
          description: 'Sidecars that refused it, or did not answer.',
          type: 'object',
          properties: {
            count: count('How many.'),
            names: {
              description: `Pods, the first ${MAX_NAMES}.`,
              type: 'array',
              maxItems: MAX_NAMES,
              items: { type: 'string' },
            },
          },
        },
      },
    },
    conditions: {
      description: 'Accepted: whether it is right; where it is not, the message has the paths.',
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
        properties: {
          type: text('What is told.'),
          status: { description: 'How it is.', type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: generation,
          lastTransitionTime: {
            description: 'When the status changed.',
            type: 'string',
            format: 'date-time',
          },
          reason: text('Why, in one word.'),
          message: text('Why, for people.'),
        },
      },
    },
  },
}
