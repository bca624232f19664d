import { Notice } from './notice.tsx'

/** In the place of a page that a stock Zipkin cannot fill. */
export const OwnBackendOnly = ({ page }: { page: string }) => (
  <Notice title={`${page} needs Sidelight's own backend`}>
    <p>
      This console stands in front of a Zipkin, which stores traces and knows no sidecar. Open the
      console of a Sidelight backend (<code>sidelight backend</code>, or <code>npm start</code> on a
      laptop) on the machine where the sidecars run, or ask them from there:{' '}
      <code>sidelight doctor</code>.
    </p>
  </Notice>
)
