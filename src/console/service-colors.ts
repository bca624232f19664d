import { signal } from '@preact/signals'
import { getServices } from './api.ts'
import { assignColors } from './model/colors.ts'

const colors = signal<ReadonlyMap<string, number>>(new Map())

/** Services met on the way get a colour; those that have one keep it. */
export function learnServices(services: Iterable<string>): void {
  const known = colors.peek()
  const news = [...services].filter((service) => !known.has(service))
  if (news.length > 0) colors.value = assignColors(news, known)
}

/** All services at once and first, so that each page comes to the same colours. */
export async function loadServices(): Promise<void> {
  const answer = await getServices()
  if (answer.ok) learnServices(answer.value)
}

/** The CSS colour of a service. */
export const colorOf = (service: string): string =>
  `var(--service-${colors.value.get(service) ?? 14})`
