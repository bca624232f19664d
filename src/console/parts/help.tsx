import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from './icon-button.tsx'

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['g', 'go to a trace id'],
      ['/', 'search field, or find in the trace'],
      ['?', 'this help'],
      ['Esc', 'close, clear'],
    ],
  },
  {
    title: 'Search results',
    keys: [
      ['↓ ↑ or j k', 'next, previous trace'],
      ['Enter', 'open it'],
      ['r', 'run again'],
    ],
  },
  {
    title: 'Configuration, doctor',
    keys: [
      ['↓ ↑ or j k', 'next, previous sidecar'],
      ['Enter', 'open it'],
      ['Esc', 'back to all'],
      ['r', 'load again'],
    ],
  },
  {
    title: 'What if',
    keys: [
      ['/', 'to the Configuration'],
      ['Ctrl+Enter', 'run it'],
      ['Esc', 'leave it'],
      ['r', 'run again'],
    ],
  },
  {
    title: 'Trace',
    keys: [
      ['↓ ↑ or j k', 'next, previous span'],
      ['→ ←', 'unfold, fold or go to the parent'],
      ['n N', 'next, previous match'],
      ['e E', 'next, previous error'],
      ['c', 'critical path on, off'],
      ['+ − 0', 'zoom in, out, all'],
      ['[ ]', 'earlier, later'],
      ['x', 'fold or unfold all'],
    ],
  },
]

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="help" aria-label="Keyboard help" onClose={onClose}>
      <header>
        <h2>Keyboard</h2>
        <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </header>
      <div class="help-groups">
        {GROUPS.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    {key
                      .split(' ')
                      .map((part) =>
                        part === 'or' ? <span key={part}> or </span> : <kbd key={part}>{part}</kbd>,
                      )}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  )
}
