/** Inline SVG, 16 px, drawn with the text's colour. */
const PATHS = {
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Zm3.4 7.9 3.6 3.6',
  upload: 'M8 10.5V2.5M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v3h11v-3',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 10.5v3h11v-3',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3',
  help: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM6.1 6.2a1.9 1.9 0 1 1 2.7 1.9c-.6.3-.8.7-.8 1.3M8 11.3v.2',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm3 8.5 3.2 3.2L13 5',
  trash: 'M2.5 4.2h11M6 4V2.3h4V4M4 4.5l.7 9h6.6l.7-9',
  error: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM8 4.8v4M8 11v.2',
  warning: 'M8 2.2 14.3 13.5H1.7ZM8 6.4v3.4M8 11.6v.2',
  info: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM8 7.2v4M8 4.8v.2',
  out: 'M2.2 3v10M4.5 8h9M8.2 4.3 12 8 8.2 11.7',
  in: 'M2.5 8h9M8 4.3 11.8 8 8 11.7M13.8 3v10',
  produce: 'M2.5 4h5v8h-5zM9.5 8h5M12 5.5 14.5 8 12 10.5',
  consume: 'M8.5 4h5v8h-5zM1.5 8h5M4 5.5 6.5 8 4 10.5',
  local: 'M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6Z',
  close: 'm4 4 8 8M12 4l-8 8',
  up: 'm3.5 10 4.5-4.5 4.5 4.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  retry: 'M13 8a5 5 0 1 1-1.5-3.6M13.3 1.8v3h-3',
  split: 'M2.5 3v10M2.5 8h4.5M7 4.5h6.5v7H7z',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, label }: { name: IconName; label?: string }) {
  const path = <path d={PATHS[name]} />
  const box = { viewBox: '0 0 16 16', width: 16, height: 16 }
  if (label === undefined)
    return (
      <svg class={`icon icon-${name}`} {...box} aria-hidden="true">
        {path}
      </svg>
    )
  return (
    <svg class={`icon icon-${name}`} {...box} role="img" aria-label={label}>
      <title>{label}</title>
      {path}
    </svg>
  )
}
