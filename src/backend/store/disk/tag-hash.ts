/**
 * 32-bit FNV-1a over UTF-16 units, as signed integers. Hashes lead to traces, they never decide: what they
 * find is compared with the query text by text. They stand in files, so they do not change.
 */
const KEY_BASIS = 0x811c9dc5 | 0
const PRIME = 0x01000193
/** Sets the hash of an annotation apart from that of a tag key of the same text. */
const ANNOTATION_BASIS = 0x2f6d1b35
/** No key ends with it, so a key and a value cannot run into each other. */
const SEPARATOR = 0xffff

/** What a hash begins with. */
export const BASES = { key: KEY_BASIS, annotation: ANNOTATION_BASIS } as const

/** What the hash of a tag with its value begins with. */
export const tagBasis = (keyHash: number): number => addToHash(keyHash, SEPARATOR)

/** @param unit one UTF-16 unit, for ASCII a byte */
export const addToHash = (hash: number, unit: number): number => Math.imul(hash ^ unit, PRIME)

export const hashKey = (key: string): number => hashText(KEY_BASIS, key)

/** @param keyHash what {@link hashKey} gave for the key */
export const hashTag = (keyHash: number, value: string): number =>
  hashText(tagBasis(keyHash), value)

export const hashAnnotation = (value: string): number => hashText(ANNOTATION_BASIS, value)

function hashText(basis: number, text: string): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = addToHash(hash, text.charCodeAt(i))
  return hash
}
