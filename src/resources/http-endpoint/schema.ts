import { z } from 'zod'
import { err, ok } from '../../base/result.ts'
import { field } from '../fields.ts'
import { isHttpUrl } from '../http-url.ts'
import { resourceMetadata, resourceName } from '../resource-name.ts'
import { valueReferences } from '../value-references.ts'

const NEEDED = 'a complete URL is needed, such as https://api.example.org'

const baseUrl = field.readText(
  NEEDED,
  { description: 'Complete URL; the path of the call is put behind it.', type: 'URL' },
  (text) => (isHttpUrl(text) ? ok(text) : err({ code: 'ENDPOINT_NOT_A_URL', message: NEEDED })),
)

const value = {
  value: field.free('The value: text, number, true or false.').optional(),
  ...valueReferences,
}

const header = field.section(
  { name: field.text('Name of the header.'), ...value },
  'Sent with each call.',
)

const pem = (description: string) => field.section(value, description).optional()

/** @see dapr `charts/dapr/crds/httpendpoints.yaml` */
export const httpEndpointSchema = field.section(
  {
    apiVersion: z
      .literal('dapr.io/v1alpha1', { error: 'only dapr.io/v1alpha1 is known' })
      .optional(),
    kind: z.literal('HTTPEndpoint'),
    metadata: resourceMetadata(
      resourceName('Name by which apps call the endpoint.'),
      'HTTPEndpoint',
    ),
    spec: field.section(
      {
        baseUrl,
        headers: field.list(header, 'Headers that each call has.').optional(),
        clientTLS: field
          .section(
            {
              rootCA: pem('Authority that the endpoint’s certificate comes from, in PEM.'),
              certificate: pem('Certificate that is shown to the endpoint, in PEM.'),
              privateKey: pem('Key of that certificate, in PEM.'),
              renegotiation: field
                .oneOf(
                  ['RenegotiateNever', 'RenegotiateOnceAsClient', 'RenegotiateFreelyAsClient'],
                  'Whether the endpoint may negotiate anew.',
                  'RenegotiateNever',
                )
                .optional(),
            },
            'TLS to the endpoint.',
          )
          .optional(),
      },
      'Where it is and how it is called.',
    ),
    auth: field
      .section(
        { secretStore: field.text('Component that holds the secrets.').optional() },
        'Where secrets come from.',
      )
      .optional(),
    scopes: field.list(field.text('App id.'), 'Apps that may call it. Empty: all.').optional(),
  },
  'An HTTPEndpoint.',
)

export type HttpEndpointInput = z.output<typeof httpEndpointSchema>
