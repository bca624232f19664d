import { err, ok } from '../base/result.ts'
import { field } from './fields.ts'

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
