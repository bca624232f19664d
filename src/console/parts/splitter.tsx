/** The edge between tree and time, moved by pointer or arrow keys; kept for the page's life in a CSS variable. */
export function Splitter() {
  const set = (share: number): void => {
    const bounded = Math.min(0.7, Math.max(0.15, share))
    document.documentElement.style.setProperty('--tree', `${(bounded * 100).toFixed(1)}%`)
  }
  const shareOf = (handle: HTMLElement, x: number): number => {
    const box = handle.closest('.waterfall')?.getBoundingClientRect()
    return box === undefined ? 0.4 : (x - box.left) / box.width
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be dragged.
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the span names"
      aria-valuenow={40}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          set(shareOf(event.currentTarget, event.clientX))
      }}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -0.02 : event.key === 'ArrowRight' ? 0.02 : 0
        if (by === 0) return
        event.preventDefault()
        const { right } = event.currentTarget.getBoundingClientRect()
        set(shareOf(event.currentTarget, right) + by)
      }}
    />
  )
}
