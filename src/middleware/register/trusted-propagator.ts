import type { TextMapPropagator } from '@opentelemetry/api'

export interface TrustedPropagator extends TextMapPropagator {
  /**
   * The next request goes there: said before the headers of that request are made, in the same turn.
   *
   * @param own whether the app has set a header itself, by its lower-case name
   */
  heads(host: string, own: (name: string) => boolean): void
}

const nothing = (): boolean => false

/** Puts nothing on requests to hosts that are not trusted, and leaves what the app has set. */
export function createTrustedPropagator(
  inner: TextMapPropagator,
  allows: (host: string) => boolean,
): TrustedPropagator {
  let isTrusted = true
  let isSet = nothing as (name: string) => boolean
  return {
    heads(host, own) {
      isTrusted = allows(host)
      isSet = own
    },
    inject(context, carrier, setter) {
      const goesOn = isTrusted
      const isOwn = isSet
      // What an app injects itself, into something else than HTTP, is its own business.
      isTrusted = true
      isSet = nothing
      if (!goesOn) return
      // The app's own `traceparent` goes without our `tracestate`.
      const isOwnTrace = isOwn('traceparent')
      inner.inject(context, carrier, {
        set(into, name, value) {
          if (!(isOwn(name) || (isOwnTrace && name === 'tracestate'))) setter.set(into, name, value)
        },
      })
    },
    extract: (...of) => inner.extract(...of),
    fields: () => inner.fields(),
  }
}
