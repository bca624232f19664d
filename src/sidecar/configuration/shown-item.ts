import type { ConfigurationItem } from '../../components/configuration/index.ts'

/** What is empty is left out; an item that is gone is an empty object. */
export const shownItem = (item: ConfigurationItem | undefined) => ({
  ...(item === undefined ? {} : { value: item.value }),
  ...(item?.version ? { version: item.version } : {}),
  ...(item === undefined || Object.keys(item.metadata).length === 0
    ? {}
    : { metadata: item.metadata }),
})
