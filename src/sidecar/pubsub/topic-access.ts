import type { Component } from '../../resources/index.ts'

/** What an app may do with the topics of a component, and what they are called at the broker. */
export interface TopicAccess {
  mayPublish(topic: string): boolean
  maySubscribe(topic: string): boolean
  /** The topic at the broker: with the namespace before it if a value of the metadata holds `{namespace}`. */
  atBroker(topic: string): string
  /** And back. */
  fromBroker(topic: string): string
}

/**
 * Reads `publishingScopes`, `subscriptionScopes`, `allowedTopics` and `protectedTopics` of a component.
 *
 * @see dapr `pkg/scopes/scopes.go`, `pkg/runtime/pubsub/pubsub.go` IsOperationAllowed
 */
export function readTopicAccess(
  { metadata }: Pick<Component, 'metadata'>,
  own: { readonly appId: string; readonly namespace: string },
): TopicAccess {
  const settingOf = (name: string): string =>
    metadata.find((item) => item.name.toLowerCase() === name.toLowerCase())?.value ?? ''
  const allowed = listOf(settingOf('allowedTopics'))
  const guarded = new Set(listOf(settingOf('protectedTopics')))
  const access = (scopes: string) => {
    const listed = scopeOf(scopes, own.appId)
    return (topic: string): boolean => {
      if (allowed.length > 0 && !allowed.includes(topic)) return false
      // An app that is not listed may use every topic that is not protected.
      return listed === undefined ? !guarded.has(topic) : listed.includes(topic)
    }
  }
  const prefix = metadata.some(({ value }) => value?.includes('{namespace}')) ? own.namespace : ''
  return {
    mayPublish: access(settingOf('publishingScopes')),
    maySubscribe: access(settingOf('subscriptionScopes')),
    atBroker: (topic) => prefix + topic,
    fromBroker: (topic) => (topic.startsWith(prefix) ? topic.slice(prefix.length) : topic),
  }
}

/** `app1=a,b;app2=` lists two topics for one app and none for the other. */
const scopeOf = (scopes: string, appId: string): readonly string[] | undefined =>
  scopes
    .replaceAll(' ', '')
    .split(';')
    .map((entry) => entry.split('='))
    .filter(([app, topics]) => app === appId && topics !== undefined)
    .map(([, topics = '']) => listOf(topics))[0]

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '')
