import { z } from 'zod'
import { err, ok } from '../base/result.ts'
import { described, field } from './fields.ts'

/** `metadata.name`: what Kubernetes takes, in any case. */
export const resourceName = (description: string) =>
  field.readText<string>('a name is needed', { description, type: 'name' }, (text) =>
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text)
      ? ok(text)
      : err({
          code: 'NAME_INVALID',
          message: 'a name is made of letters, digits, - . and _, at most 253 of them',
        }),
  )

/** `metadata`. What else Kubernetes keeps there is nobody's business. */
export const resourceMetadata = <T extends z.ZodType>(name: T, what: string) =>
  described(
    z.looseObject(
      {
        name,
        namespace: field
          .text('Sidecars of other namespaces pass over it. Absent: it is for all.')
          .optional(),
      },
      { error: `a ${what} has a name: metadata.name` },
    ),
    { description: 'Name and namespace.' },
  )
