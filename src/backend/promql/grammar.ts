import { parser } from '@prometheus-io/lezer-promql'

/** A file of its own, so that the library is loaded with the first query only. */
export const parseGrammar = (text: string) => parser.parse(text).topNode
