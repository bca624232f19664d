import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../base/fault.ts'

/**
 * How sidecars on one machine find each other without network tricks: each writes a file, and the file's
 * process is alive. The backend's scraper and the command line read the same directory.
 */
export interface Registration {
  readonly appId: string
  readonly namespace: string
  /** Process that serves it. */
  readonly pid: number
  /** Host of all ports below, for example `127.0.0.1`. */
  readonly host: string
  /** Where peers send invocations. */
  readonly internalPort: number
  readonly httpPort: number
  /** 0 when metrics are off. */
  readonly metricsPort: number
  /** 0 without an app. */
  readonly appPort: number
  /** Integer microseconds since the epoch. */
  readonly startedUs: number
}

export interface RegistrationDirectory {
  /** Writes the entry in one step; a reader sees it whole or not at all. Returns how to take it away. */
  register(entry: Registration): Promise<() => Promise<void>>
  /** Live entries, oldest first. Entries whose process is gone are removed on the way. */
  list(): Promise<Registration[]>
}

/**
 * @param home `SIDELIGHT_HOME`
 * @param isAlive whether a process id is in use on this machine
 */
export function createRegistrationDirectory(
  home: string,
  isAlive: (pid: number) => boolean,
): RegistrationDirectory {
  const directory = join(home, 'registrations')
  const read = async (file: string): Promise<Registration | undefined> => {
    try {
      return parse(await readFile(file, 'utf8'))
    } catch (error) {
      // Taken away between listing and reading.
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    async register(entry) {
      await mkdir(directory, { recursive: true })
      const file = join(directory, fileName(entry))
      const temporary = `${file}.${entry.pid}.tmp`
      await writeFile(temporary, JSON.stringify(entry))
      await rename(temporary, file)
      return () => rm(file, { force: true })
    },
    async list() {
      const entries = await readdir(directory, { withFileTypes: true }).catch((error) => {
        if (codeOf(error) === 'ENOENT') return []
        throw error
      })
      const live: Registration[] = []
      for (const found of entries) {
        // A pipe would be waited for, without end.
        if (!found.isFile() || !found.name.endsWith('.json')) continue
        const file = join(directory, found.name)
        const entry = await read(file)
        if (entry === undefined) continue
        if (isAlive(entry.pid)) live.push(entry)
        else await rm(file, { force: true })
      }
      return live.sort((a, b) => a.startedUs - b.startedUs)
    },
  }
}

/** Several instances of an app id, and several sidecars of a process, stand side by side. */
const fileName = (entry: Registration): string =>
  `${encodeURIComponent(`${entry.appId}.${entry.namespace}`)}@${entry.pid}-${entry.internalPort}.json`

/** `undefined` for what another program or another version has put there. */
function parse(text: string): Registration | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const entry = value as Partial<Registration>
  const complete =
    typeof entry.appId === 'string' &&
    typeof entry.namespace === 'string' &&
    typeof entry.host === 'string' &&
    [entry.pid, entry.internalPort, entry.httpPort, entry.metricsPort].every(Number.isInteger)
  return complete ? (value as Registration) : undefined
}
