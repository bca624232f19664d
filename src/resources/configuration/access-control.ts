import type { z } from 'zod'
import { err, ok } from '../../base/result.ts'
import { field } from '../fields.ts'

const action = (description: string, fallback?: 'allow') =>
  field.oneOf(['allow', 'deny'], description, fallback)

const VERB_NEEDED = 'a method such as GET is needed, or "*" for all'

const verb = field.readText(
  VERB_NEEDED,
  { description: 'HTTP method, or `*`.', type: 'text' },
  (text) =>
    /^(?:\*|[A-Za-z]+)$/.test(text)
      ? ok(text.toUpperCase())
      : err({ code: 'FIELD_INVALID', message: VERB_NEEDED }),
)

export const accessControlSection = field.section(
  {
    defaultAction: action('What happens to a call that no policy names.', 'allow').optional(),
    trustDomain: field.text('Trust domain of this app’s identity.', 'public').optional(),
    policies: field
      .list(
        field.section(
          {
            appId: field.text('App that calls.'),
            defaultAction: action('What happens to a call that no operation names.').optional(),
            trustDomain: field.text('Trust domain of the caller.', 'public').optional(),
            namespace: field.text('Namespace of the caller.', 'default').optional(),
            operations: field
              .list(
                field.section(
                  {
                    name: field.text('Path of the method; `*` stands for any text.'),
                    action: action('What happens to the call.'),
                    httpVerb: field.list(verb, 'HTTP methods it holds for.').optional(),
                  },
                  'One operation.',
                ),
                'Single methods of this app.',
              )
              .optional(),
          },
          'One caller.',
        ),
        'What each calling app may do.',
      )
      .optional(),
  },
  'Who may call this app.',
)

export type AccessControlSpec = z.output<typeof accessControlSection>
