import type { Component } from '../../resources/index.ts'

/** What the sidecar itself reads of a component's metadata, as it is written; empty when it is not there. */
export const metadataValue = ({ metadata }: Component, setting: string): string =>
  metadata.find(({ name }) => name.toLowerCase() === setting.toLowerCase())?.value?.trim() ?? ''
