// A table, so it has more names than other files. Single names, not an object: the bundler writes the numbers in.
export const QUOTE = 0x22
export const COLON = 0x3a
export const COMMA = 0x2c
export const SPACE = 0x20
export const BACKSLASH = 0x5c
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
