import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { codeOf, Fault, messageOf } from '../../../base/fault.ts'
import type { Binding, BindingRequest, BindingResponse } from '../contract.ts'
import { confine } from './confine.ts'
import { listBelow, readSmall, removeOne, writeWhole } from './files.ts'

/** @param root without links */
export function createLocalStorage(root: string): Binding {
  return {
    features: new Set(['OUTPUT_BINDING']),
    operations: Object.keys(OPERATIONS),
    async invoke(request) {
      const operation = OPERATIONS[request.operation] as Operation
      const { fileName = '' } = request.metadata
      const name = fileName === '' && operation.isNew ? randomUUID() : fileName
      try {
        return await operation.run(root, await confine(root, name), request)
      } catch (error) {
        throw withoutName(operation.doing, error)
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

interface Operation {
  /** For messages. */
  readonly doing: string
  /** A file without a name gets one. */
  readonly isNew?: true
  run(root: string, path: string, request: BindingRequest): Promise<BindingResponse | undefined>
}

/** daprd's, with its answers. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: {
    doing: 'write the file',
    isNew: true,
    async run(root, path, { data }) {
      if (path === root) throw new Fault('BINDING_FILE_OUTSIDE', 'fileName names no file')
      await writeWhole(path, decodeData(data))
      return json({ fileName: relative(root, path) })
    },
  },
  get: {
    doing: 'read the file',
    run: async (_root, path) => ({ data: await readSmall(path), metadata: {} }),
  },
  list: {
    doing: 'list the directory',
    async run(_root, path) {
      const files = await listBelow(path)
      return json(files.length === 0 ? null : files)
    },
  },
  delete: {
    doing: 'delete the file',
    async run(root, path) {
      if (path === root) throw new Fault('BINDING_FILE_OUTSIDE', 'fileName names no file')
      await removeOne(path)
      return undefined
    },
  },
}

const json = (value: unknown): BindingResponse => ({
  data: Buffer.from(JSON.stringify(value)),
  metadata: {},
})

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** As daprd does: a text stands for itself, and what can be base64 is: only so can a file hold any bytes. */
function decodeData(data: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(Buffer.from(data).toString())
  return typeof value === 'string'
    ? Buffer.from(value, BASE64.test(value) ? 'base64' : 'utf8')
    : data
}

/** Node's messages have the path. */
function withoutName(doing: string, error: unknown): Fault {
  const code = codeOf(error) ?? 'unknown'
  const why = code.startsWith('BINDING_') ? messageOf(error) : (REASONS[code] ?? code)
  return new Fault('BINDING_FILE', `cannot ${doing}: ${why}`, { cause: error })
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'file not found' }
