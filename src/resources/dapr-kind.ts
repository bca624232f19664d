import { nearest } from '../base/nearest.ts'
import type { Problem } from '../base/problem.ts'
import { asRecord, isRecord } from '../wire/lower-keys.ts'
import { seenAt } from './seen-value.ts'
import type { ResourceDocument } from './yaml-source.ts'
import { formatPath } from './zod-problems.ts'

const GROUP = 'dapr.io'
/** Kinds of the group, each read by some part of this program. */
const READ = ['Component', 'Configuration', 'HTTPEndpoint', 'Resiliency', 'Subscription']
/** Read and checked; nothing acts on them yet. */
const IDLE = ['HTTPEndpoint']

type Fields = Readonly<Record<string, unknown>>

/**
 * Whether a document belongs to another project: Kustomize has Components, OLM has Subscriptions. Without a group,
 * or with one that looks like a slip of the pen, it is taken for ours, to be told so.
 */
export function isOfOthers({ value }: ResourceDocument): boolean {
  const group = groupOf(asRecord(value))
  return group !== undefined && nearest(group, [GROUP]) === undefined
}

/** Whether the kind is one of those that a part of this program reads. */
export const isRead = ({ kind = '' }: ResourceDocument): boolean => READ.includes(kind)

const isInForce = (document: ResourceDocument): boolean =>
  isRead(document) && !IDLE.includes(document.kind ?? '')

/** The known kind that a text is, or most likely means. */
export const meantKind = (text: string): string | undefined => nearest(text, READ)

/**
 * Why a document has no effect though it may have been meant to: nothing acts on its kind yet, it names Dapr, or its
 * kind is near one of ours. `undefined`: it has one, or is somebody else's.
 */
export function remarkOn(document: ResourceDocument, file: string): Problem | undefined {
  const { value, lineOf } = document
  const flaw = isOfOthers(document) || isInForce(document) ? undefined : flawOf(document)
  if (flaw === undefined) return undefined
  const { path = [], code, message } = flaw
  const seen = seenAt(value, path)
  return {
    path: formatPath(path),
    file,
    line: lineOf(path),
    code,
    message: `it has no effect: ${message}`,
    ...(seen === undefined ? {} : { seen }),
    severity: 'warning',
  }
}

interface Flaw {
  readonly path?: readonly string[]
  readonly code: string
  readonly message: string
}

function flawOf({ value, kind = '' }: ResourceDocument): Flaw | undefined {
  if (!isRecord(value))
    return { code: 'NOT_A_RESOURCE', message: 'a resource is made of fields, kind among them' }
  const path = ['kind']
  if (IDLE.includes(kind))
    return {
      path,
      code: 'KIND_NOT_BUILT',
      message: `resources of kind ${kind} are checked, but not in force yet`,
    }
  const key = keyFor('kind', value)
  const written = value[key ?? '']
  const meant = typeof written === 'string' ? meantKind(written) : undefined
  if (meant === undefined && groupOf(value) !== GROUP) return undefined
  if (meant === undefined || key === undefined)
    return { path, code: 'KIND_UNKNOWN', message: `the kinds that are read are ${READ.join(', ')}` }
  if (key !== 'kind')
    return { path: [key], code: 'FIELD_UNKNOWN', message: `did you mean kind: ${meant}?` }
  return { path, code: 'KIND_UNKNOWN', message: `did you mean ${meant}?` }
}

function groupOf(fields: Fields): string | undefined {
  const version = fields[keyFor('apiVersion', fields) ?? '']
  return typeof version === 'string' ? /^(.*?)\//s.exec(version)?.[1] : undefined
}

/** The field of this name, or else the one that is most like it. */
const keyFor = (name: string, fields: Fields): string | undefined =>
  Object.hasOwn(fields, name) ? name : nearest(name, Object.keys(fields))
