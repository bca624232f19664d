import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import {
  defaultExports,
  globals,
  lengths,
  machineTraces,
  names,
  readmes,
} from './tools/architecture/file-rules.ts'
import { cycles, doors, floors, purity, resolvable } from './tools/architecture/import-rules.ts'
import { readProject } from './tools/architecture/read-project.ts'
import type { SourceFile, Violation } from './tools/architecture/source-file.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Others' files, kept byte for byte. */
const FOREIGN = /^test\/(interop\/vectors|golden)\//
const CODE = /^(src|dashboards|test)\/.*\.(ts|tsx)$|^test\/tools\/[\w-]+\.mjs$/

function holds(violations: readonly Violation[]): void {
  const lines = violations.map(
    ({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`} ${message}`,
  )
  assert.equal(lines.length, 0, `\n  ${lines.join('\n  ')}`)
}

describe('the house', () => {
  let all: SourceFile[] = []
  let code: SourceFile[] = []
  before(async () => {
    all = (await readProject(ROOT)).filter(({ path }) => !FOREIGN.test(path))
    // The fixtures of the rules' own test break the rules.
    code = all.filter(({ path }) => CODE.test(path) && !path.startsWith('test/unit/tools/'))
  })

  test('imports only what the floor plan allows', () => holds(floors(code)))
  test('enters each folder by its door', () => holds(doors(code)))
  test('keeps the lowest floors free of Node and of packages', () => holds(purity(code)))
  test('imports files that exist, by their full name', () => holds(resolvable(code)))
  test('has no import cycle', () => holds(cycles(code)))
  test('names files in kebab-case after what they hold', () =>
    holds(names(all.filter(({ path }) => /^(src|test|dashboards|configurations)\//.test(path)))))
  test('keeps files small', () => holds(lengths(code)))
  test('keeps globals in their home files', () => holds(globals(code)))
  test('exports by name', () => holds(defaultExports(code)))
  test('explains each wing in a README of one screen', () => holds(readmes(all)))
  test('mentions no machine and no registry', () => holds(machineTraces(all)))
})
