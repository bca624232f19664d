/**
 * A pull reader of JSON text with the habits of the reader inside Zipkin (Gson, not lenient): what it lets
 * pass (control characters in strings, `TRUE`, numbers as strings and strings as numbers, anything after the
 * last token) and how it words what it refuses, with line, column and path.
 *
 * It is slow next to `JSON.parse` and meant for bodies which that, or the fast path built on it, refuses.
 *
 * @see https://github.com/google/gson `JsonReader`
 */
export class JsonTokenReader {
  readonly #text: string
  #pos = 0
  #line = 1
  #lineStart = 0
  #peeked: Token | undefined
  /** The characters of a peeked number, which `#peek` leaves in the text unless it is a plain integer. */
  #number = ''
  /** One scope an open array or object; names and indices of closed scopes stay, as they do in the original. */
  readonly #scopes: Scope[] = ['document']
  readonly #names: string[] = []
  readonly #indices: number[] = []

  constructor(text: string) {
    this.#text = text
  }

  beginArray(): void {
    this.#expect('BEGIN_ARRAY')
    this.#push('empty array')
    this.#indices[this.#scopes.length - 1] = 0
  }

  endArray(): void {
    this.#expect('END_ARRAY')
    this.#pop()
  }

  beginObject(): void {
    this.#expect('BEGIN_OBJECT')
    this.#push('empty object')
  }

  endObject(): void {
    this.#expect('END_OBJECT')
    this.#names[this.#scopes.length - 1] = ''
    this.#pop()
  }

  hasNext(): boolean {
    const token = this.#peek()
    return token !== 'END_OBJECT' && token !== 'END_ARRAY'
  }

  isNull(): boolean {
    return this.#peek() === 'NULL'
  }

  nextName(): string {
    if (this.#peek() !== 'NAME') throw this.#unexpected('a name')
    const name = this.#quoted()
    this.#peeked = undefined
    this.#names[this.#scopes.length - 1] = name
    return name
  }

  /** A string, or the digits of a number as they stand. */
  nextString(): string {
    return this.#scalar('a string')
  }

  /** An integer, or a string of one. Past 2^53 the last digits are lost. */
  nextLong(): number {
    return this.#integer('a long', 2 ** 63)
  }

  nextInt(): number {
    return this.#integer('an int', 2 ** 31)
  }

  nextBoolean(): boolean {
    const token = this.#peek()
    if (token !== 'BOOLEAN') throw this.#unexpected('a boolean')
    this.#consume()
    return this.#number === 'true'
  }

  skipValue(): void {
    let depth = 0
    do {
      const token = this.#peek()
      if (token === 'BEGIN_ARRAY' || token === 'BEGIN_OBJECT') {
        this.#push(token === 'BEGIN_ARRAY' ? 'empty array' : 'empty object')
        depth++
      } else if (token === 'END_ARRAY' || token === 'END_OBJECT') {
        this.#scopes.pop()
        depth--
      } else if (token === 'NAME' || token === 'STRING') this.#quoted()
      else if (token === 'NUMBER') this.#pos += this.#number.length
      this.#peeked = undefined
    } while (depth !== 0)
    this.#count()
  }

  /** `$[0].tags.error` */
  path(): string {
    let path = '$'
    this.#scopes.forEach((scope, index) => {
      if (scope.endsWith('array')) path += `[${this.#indices[index] ?? 0}]`
      else if (scope !== 'document' && scope !== 'read document')
        path += `.${this.#names[index] ?? ''}`
    })
    return path
  }

  #scalar(wanted: string): string {
    const token = this.#peek()
    if (token === 'STRING') {
      const value = this.#quoted()
      this.#consume()
      return value
    }
    if (token !== 'NUMBER' && token !== 'LONG') throw this.#unexpected(wanted)
    if (token === 'NUMBER') this.#pos += this.#number.length
    this.#consume()
    return this.#number
  }

  #integer(wanted: string, limit: number): number {
    const isString = this.#peek() === 'STRING'
    const indexed = this.#indices[this.#scopes.length - 1] ?? 0
    const text = this.#scalar(wanted)
    const value = isString ? parseJavaNumber(text) : Number(text)
    if (Number.isInteger(value) && value <= limit && value >= -limit)
      if (limit !== 2 ** 31 || value < limit) return value
    // The element counts as read only when its value is.
    this.#indices[this.#scopes.length - 1] = indexed
    throw new JsonReadError(`Expected ${wanted} but was ${text}${this.#location()}`)
  }

  #expect(token: Token): void {
    if (this.#peek() !== token) throw this.#unexpected(token)
    this.#peeked = undefined
  }

  #unexpected(wanted: string): JsonReadError {
    const seen = this.#peek()
    const token = seen === 'LONG' ? 'NUMBER' : seen
    const help = token === 'NULL' ? 'adapter-not-null-safe' : 'unexpected-json-structure'
    return new JsonReadError(
      `Expected ${wanted} but was ${token}${this.#location()}\nSee ${TROUBLESHOOTING}#${help}`,
    )
  }

  #location(): string {
    return ` at line ${this.#line} column ${this.#pos - this.#lineStart + 1} path ${this.path()}`
  }

  #push(scope: Scope): void {
    if (this.#scopes.length > NESTING_LIMIT)
      throw new JsonReadError(`Nesting limit ${NESTING_LIMIT} reached${this.#location()}`)
    this.#scopes.push(scope)
  }

  #pop(): void {
    this.#scopes.pop()
    this.#count()
  }

  #count(): void {
    const top = this.#scopes.length - 1
    this.#indices[top] = (this.#indices[top] ?? 0) + 1
  }

  #consume(): void {
    this.#peeked = undefined
    this.#count()
  }

  #peek(): Token {
    this.#peeked ??= this.#read()
    return this.#peeked
  }

  #read(): Token {
    const top = this.#scopes.length - 1
    const scope = this.#scopes[top]
    switch (scope) {
      case 'empty array':
        this.#scopes[top] = 'array'
        break
      case 'array': {
        const char = this.#nextVisible()
        if (char === ']') return 'END_ARRAY'
        if (char !== ',') throw malformed()
        break
      }
      case 'empty object':
      case 'object':
        return this.#readName(top, scope === 'object')
      case 'named':
        this.#scopes[top] = 'object'
        if (this.#nextVisible() !== ':') throw malformed()
        break
      case 'document':
        this.#scopes[top] = 'read document'
        break
    }
    const char = this.#nextVisible()
    if (char === ']' && scope === 'empty array') return 'END_ARRAY'
    if (char === '"') return 'STRING'
    if (char === '[') return 'BEGIN_ARRAY'
    if (char === '{') return 'BEGIN_OBJECT'
    this.#pos--
    return this.#readBare()
  }

  #readName(top: number, needsComma: boolean): Token {
    this.#scopes[top] = 'named'
    if (needsComma) {
      const char = this.#nextVisible()
      if (char === '}') return 'END_OBJECT'
      if (char !== ',') throw malformed()
    }
    const char = this.#nextVisible()
    if (char === '"') return 'NAME'
    if (char === '}' && !needsComma) return 'END_OBJECT'
    throw malformed()
  }

  /** A keyword or a number. A plain integer and a keyword are consumed at once, another number is not. */
  #readBare(): Token {
    BARE.lastIndex = this.#pos
    const word = BARE.exec(this.#text)?.[0] ?? ''
    if (LENIENT_ONLY.includes(this.#text[this.#pos + word.length] ?? ' ')) throw malformed()
    const lower = word.toLowerCase()
    if (lower === 'true' || lower === 'false' || lower === 'null') {
      this.#pos += word.length
      this.#number = lower
      return lower === 'null' ? 'NULL' : 'BOOLEAN'
    }
    if (!NUMBER.test(word) || word.length >= LONGEST_NUMBER) throw malformed()
    this.#number = word
    if (!isLong(word)) return 'NUMBER'
    this.#pos += word.length
    return 'LONG'
  }

  #nextVisible(): string {
    for (;;) {
      const char = this.#text[this.#pos]
      if (char === undefined) throw new JsonReadError(`End of input${this.#location()}`)
      this.#pos++
      if (char === '\n') this.#newLine()
      else if (char !== ' ' && char !== '\r' && char !== '\t') return char
    }
  }

  #newLine(): void {
    this.#line++
    this.#lineStart = this.#pos
  }

  /** What follows an opening quote, up to and with the closing one. */
  #quoted(): string {
    let value = ''
    for (;;) {
      PLAIN.lastIndex = this.#pos
      const plain = PLAIN.exec(this.#text)?.[0] ?? ''
      value += plain
      this.#pos += plain.length
      const char = this.#text[this.#pos++]
      if (char === undefined) throw malformed()
      if (char === '"') return value
      if (char === '\\') value += this.#escaped()
      else {
        value += char
        this.#newLine()
      }
    }
  }

  #escaped(): string {
    const char = this.#text[this.#pos++] ?? ''
    if (char === 'u') {
      const hex = this.#text.slice(this.#pos, this.#pos + 4)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw malformed()
      this.#pos += 4
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    if (char === '\n') this.#newLine()
    const value = ESCAPES[char]
    if (value === undefined) throw malformed()
    return value
  }
}

/** Thrown by the reader only; its message is complete. */
export class JsonReadError extends Error {}

type Scope =
  | 'document'
  | 'read document'
  | 'empty array'
  | 'array'
  | 'empty object'
  | 'named'
  | 'object'
type Token =
  | 'BEGIN_ARRAY'
  | 'END_ARRAY'
  | 'BEGIN_OBJECT'
  | 'END_OBJECT'
  | 'NAME'
  | 'STRING'
  | 'NUMBER'
  | 'LONG'
  | 'BOOLEAN'
  | 'NULL'

const TROUBLESHOOTING = 'https://github.com/google/gson/blob/main/Troubleshooting.md'
const NESTING_LIMIT = 255
/** The original's buffer: a longer number is no number to it. */
const LONGEST_NUMBER = 1024
/** They end a word, but only where comments and the like are allowed. */
const LENIENT_ONLY = '/\\;#='
const BARE = /[^{}[\]:, \t\f\r\n/\\;#=]+/y
const PLAIN = /[^"\\\n]+/y
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const JAVA_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?$/
const ESCAPES: Readonly<Record<string, string>> = {
  t: '\t',
  b: '\b',
  n: '\n',
  r: '\r',
  f: '\f',
  '\n': '\n',
  "'": "'",
  '"': '"',
  '\\': '\\',
  '/': '/',
}

/** Zipkin folds every syntax error into this one word. */
const malformed = (): JsonReadError => new JsonReadError('Malformed')

const isLong = (word: string): boolean =>
  /^-?\d+$/.test(word) && word !== '-0' && BigInt(word) >= -(2n ** 63n) && BigInt(word) < 2n ** 63n

function parseJavaNumber(text: string): number {
  const trimmed = text.trim()
  if (trimmed === '') throw new JsonReadError('empty String')
  if (/^[+-]?(?:NaN|Infinity)$/.test(trimmed)) return Number.NaN
  if (!JAVA_NUMBER.test(trimmed)) throw new JsonReadError(`For input string: "${trimmed}"`)
  return Number(trimmed.replace(/[fFdD]$/, ''))
}
