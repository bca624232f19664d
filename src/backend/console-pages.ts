import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { Fault } from '../base/fault.ts'
import type { Reply } from '../net/index.ts'

/** The built console, in memory: a few small files that are asked for all the time. */
export interface ConsolePages {
  /** `name` is a path below `/zipkin/`. `undefined` when there is no such file. */
  serve(name: string, ifNoneMatch: string | undefined): Reply | undefined
}

interface Page {
  readonly body: Buffer
  readonly headers: readonly string[]
  readonly etag: string
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
}
/** A name with a hash of the content never means other content. */
const HASHED_MAX_AGE = 31_536_000
const PLAIN_MAX_AGE = 60

/** @throws Fault `CONSOLE_MISSING` when the directory holds no built console */
export async function loadConsolePages(directory: string): Promise<ConsolePages> {
  const pages = new Map<string, Page>()
  try {
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const name = relative(directory, path).split(sep).join('/')
      pages.set(name, toPage(name, await readFile(path)))
    }
  } catch (cause) {
    throw missing(directory, cause)
  }
  if (!pages.has('index.html')) throw missing(directory, undefined)
  return {
    serve(name, ifNoneMatch) {
      const page = pages.get(name)
      if (page === undefined) return undefined
      const { headers, body, etag } = page
      return isSame(ifNoneMatch, etag)
        ? { status: 304, headers: headers.slice(2) }
        : { status: 200, headers, body }
    },
  }
}

function toPage(name: string, body: Buffer): Page {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const isHashed = name.startsWith('assets/') || name.startsWith('static/')
  const type = TYPES[extname(name)] ?? 'application/octet-stream'
  const headers = [
    'Content-Type',
    type,
    'ETag',
    etag,
    'Cache-Control',
    `max-age=${isHashed ? HASHED_MAX_AGE : PLAIN_MAX_AGE}`,
  ]
  return { body, headers, etag }
}

/** A proxy that compresses makes a tag weak; it is the same page. */
const isSame = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) === true

const missing = (directory: string, cause: unknown): Fault =>
  new Fault(
    'CONSOLE_MISSING',
    `no built console in ${directory}; run "npm run build" or start without the console`,
    { cause },
  )
