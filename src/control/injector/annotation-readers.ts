import { parseDurationMs } from '../../base/duration.ts'
import { parseBytes } from '../../base/quantity.ts'

/** How the text of an annotation is read. */
export interface Reader<T> {
  /** What the text has to be, as in `… is needed`. */
  readonly needs: string
  /** The same in CEL, of `value`: for the API server, which says it to whoever applies a workload. */
  readonly cel: string
  /** `undefined` = it is not. */
  read(text: string): T | undefined
}

const matches = (pattern: string): string => `value.matches(r'${pattern}')`
const isIn = (words: Iterable<string>): string =>
  `value.trim().lowerAscii() in [${[...words].map((word) => `'${word}'`).join(', ')}]`

/** [dapr: pkg/injector/annotations IsTruthy] */
const YES: ReadonlySet<string> = new Set(['y', 'yes', 'true', 't', 'on', '1'])
const NO: ReadonlySet<string> = new Set(['n', 'no', 'false', 'f', 'off', '0'])

export const bool: Reader<boolean> = {
  needs: 'true or false',
  cel: isIn([...YES, ...NO]),
  read(text) {
    const word = text.trim().toLowerCase()
    return YES.has(word) ? true : NO.has(word) ? false : undefined
  },
}

export const integer = (least: number, most: number): Reader<number> => ({
  needs: `a whole number from ${least} to ${most}`,
  cel: `${matches('^-?[0-9]{1,10}$')} && int(value) >= ${least} && int(value) <= ${most}`,
  read(text) {
    const value = Number(text)
    const isInteger = /^-?\d{1,10}$/.test(text)
    return isInteger && value >= least && value <= most ? value : undefined
  },
})

export const port = integer(1, 65_535)

export const text: Reader<string> = {
  needs: 'a text',
  cel: "value.trim() != ''",
  read: (value) => (value.trim() === '' ? undefined : value.trim()),
}

export const oneOf = (...words: readonly string[]): Reader<string> => ({
  needs: words.join(', '),
  cel: isIn(words),
  read: (value) => words.find((word) => word === value.trim().toLowerCase()),
})

/** The text itself: the sidecar reads it again. */
export const duration: Reader<string> = {
  needs: 'a duration such as 30s',
  cel: `value == '0' || ${matches('^([0-9]+([.][0-9]+)?(ns|us|µs|ms|s|m|h))+$')}`,
  read: (value) => (parseDurationMs(value) === undefined ? undefined : value),
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export const quantity: Reader<string> = {
  needs: 'a quantity such as 100m or 64Mi',
  cel: matches('^([0-9]+[.]?[0-9]*|[.][0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?$'),
  read: (value) =>
    /^(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE]\d+)?$/.test(value) ? value : undefined,
}

/** The text itself, of those that the sidecar can read. */
export const bytes: Reader<string> = {
  needs: 'a number of bytes such as 4Mi or 64Ki',
  cel: matches('^[0-9]+([.][0-9]+)?(k|K|M|G|Ki|Mi|Gi)?B?$'),
  read: (value) => (parseBytes(value) === undefined ? undefined : value),
}

const list = (item: string): string => `^${item}(,${item})*$`

/** `a=b,c=d`. A value may hold `=`. */
export const pairs = (separator: '=' | ':'): Reader<readonly (readonly [string, string])[]> => ({
  needs: `pairs such as a${separator}b,c${separator}d`,
  cel: matches(list(`[^,${separator}]+${separator}[^,]*`)),
  read(value) {
    const found = value.split(',').flatMap((each): [string, string][] => {
      const at = each.indexOf(separator)
      return at < 1 ? [] : [[each.slice(0, at).trim(), each.slice(at + 1).trim()]]
    })
    return found.length === value.split(',').length ? found : undefined
  },
})

/** `dapr.io/env-from-secret`: `NAME=secret:key`; the key is the secret's own name when left out, as in Dapr. */
export const secretKeys: Reader<readonly SecretKey[]> = {
  needs: 'pairs such as NAME=secret:key',
  cel: matches(list('[^,=]+=[^,:]*[^,: ][^,:]*(:[^,:]*[^,: ][^,:]*)?')),
  read(value) {
    const keys = pairs('=')
      .read(value)
      ?.flatMap(([name, from]): SecretKey[] => {
        const [secret = '', key = secret, ...rest] = from.split(':')
        return secret === '' || key === '' || rest.length > 0 ? [] : [{ name, secret, key }]
      })
    return keys?.length === value.split(',').length ? keys : undefined
  },
}

export interface SecretKey {
  /** Of the variable. */
  readonly name: string
  readonly secret: string
  readonly key: string
}
