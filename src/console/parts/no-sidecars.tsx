import { Notice } from './notice.tsx'

/** The backend looked, and nobody is registered. */
export const NoSidecars = () => (
  <Notice title="No sidecar runs on the backend's machine">
    <p>
      Sidecars register when they start, and the backend asks those it finds. None is there because
      one of these holds:
    </p>
    <ol class="causes">
      <li>
        <strong>None was started.</strong> Start one:{' '}
        <code>sidelight run --app-id orders --app-port 8080 -- node orders.js</code>
      </li>
      <li>
        <strong>They run elsewhere.</strong> The backend sees the sidecars of its own machine only.
      </li>
      <li>
        <strong>They register elsewhere.</strong> Sidecars and backend need the same{' '}
        <code>SIDELIGHT_HOME</code>.
      </li>
    </ol>
    <p>This page looks again every five seconds.</p>
  </Notice>
)
