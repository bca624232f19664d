import { TAP_SELECTORS } from '../../../wire/tap-event.ts'
import type { RouteDoc } from '../../openapi/route-doc.ts'

export const tapDoc = {
  summary: 'Requests as they end, a line of JSON each, without headers and bodies. Not Dapr’s.',
  query: Object.fromEntries(
    Object.entries(TAP_SELECTORS).map(([name, description]) => [name, { description }]),
  ),
  answers: {
    200: {
      description: 'Goes on until whoever asked goes; once a second how many were left out.',
      example: '{"skipped":0}\n',
    },
  },
  errors: ['ERR_BAD_REQUEST', 'ERR_TAP_OFF', 'ERR_TAP_TOKEN', 'ERR_TAP_BUSY'],
} as const satisfies RouteDoc
