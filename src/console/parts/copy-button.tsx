import { useEffect, useState } from 'preact/hooks'
import { clock } from '../clock.ts'
import { Icon } from './icons.tsx'

/** Copies `text` and says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => (isCopied ? clock.after(1500, () => setCopied(false)) : undefined), [isCopied])
  return (
    <button
      type="button"
      class="quiet"
      title={label}
      aria-label={isCopied ? 'Copied' : label}
      onClick={() => void copyText(text).then(setCopied)}
    >
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  )
}

/** @returns whether it worked. Plain HTTP on another host has no clipboard API; selecting by hand still works. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
