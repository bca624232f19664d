/**
 * 32-bit FNV-1a over UTF-16 units, as signed integers. Hashes lead to traces, they never decide: what they
 * find is compared with the query text by text.
 */
const BASIS = 0x811c9dc5 | 0
const PRIME = 0x01000193
/** Sets the hash of an annotation apart from that of a tag key of the same text. */
const ANNOTATION_BASIS = 0x2f6d1b35
/** No key ends with it, so a key and a value cannot run into each other. */
const SEPARATOR = 0xffff

export const hashKey = (key: string): number => hash(BASIS, key)

/** @param keyHash what {@link hashKey} gave for the key */
export const hashTag = (keyHash: number, value: string): number =>
  hash(Math.imul(keyHash ^ SEPARATOR, PRIME), value)

export const hashAnnotation = (value: string): number => hash(ANNOTATION_BASIS, value)

function hash(seed: number, text: string): number {
  let value = seed
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), PRIME)
  return value
}
