/** A text in a style of the terminal, or as it is where there are none. @see ECMA-48 SGR */
export type Paint = (text: string, style: number) => string

export const BOLD = 1
export const DIM = 2
export const RED = 31
export const GREEN = 32
export const YELLOW = 33
export const CYAN = 36

export const createPaint = (hasColors: boolean): Paint =>
  hasColors ? (text, style) => `\x1b[${style}m${text}\x1b[0m` : (text) => text
