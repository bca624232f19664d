import type { ComponentChildren } from 'preact'
import type { Remote } from '../use-remote.ts'
import { FailureNotice, StaleBanner } from './failure-notice.tsx'

/** A page of one answer: its failure, its wait, its content, and a word above content that has grown old. */
export function RemotePage<T>(props: {
  remote: Remote<T> & { readonly reload: () => void }
  children: (value: T) => ComponentChildren
}) {
  const { value, failure, failedSinceMs, reload } = props.remote
  if (value === undefined)
    return failure === undefined ? (
      <div class="loading" aria-busy="true" />
    ) : (
      <FailureNotice failure={failure} sinceMs={failedSinceMs} onRetry={reload} />
    )
  return (
    <>
      {failure !== undefined && <StaleBanner failure={failure} sinceMs={failedSinceMs} />}
      {props.children(value)}
    </>
  )
}
