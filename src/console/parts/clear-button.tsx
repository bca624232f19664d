import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { clearTraces } from '../api.ts'
import { Icon } from './icons.tsx'

/** Shown only when the backend allows it (`--allow-clear`). */
export function ClearButton() {
  const dialog = useRef<HTMLDialogElement>(null)
  const problem = useSignal('')
  const clear = async (): Promise<void> => {
    const answer = await clearTraces()
    if (!answer.ok) {
      problem.value = answer.error.message
      return
    }
    // A full load, so that no page keeps showing what is gone.
    location.assign(document.baseURI)
  }
  return (
    <>
      <button
        type="button"
        class="quiet"
        title="Clear all traces"
        aria-label="Clear all traces"
        onClick={() => {
          problem.value = ''
          dialog.current?.showModal()
        }}
      >
        <Icon name="trash" />
      </button>
      <dialog ref={dialog} class="confirm" aria-label="Clear all traces">
        <h2>Clear all traces?</h2>
        <p>Every span in this backend is deleted, for everyone. There is no way back.</p>
        {problem.value !== '' && (
          <p class="words" role="alert">
            Not cleared: {problem.value}
          </p>
        )}
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep them
          </button>
          <button type="button" class="danger" onClick={() => void clear()}>
            Clear all traces
          </button>
        </div>
      </dialog>
    </>
  )
}
