import { type Labels, ownLabels } from '../../wire/labels.ts'
import type { Exposition } from '../../wire/parse-exposition.ts'
import type { SampleStore } from './sample-store.ts'

/** Writes what one target says, scrape after scrape. */
export interface TargetWriter {
  /**
   * Takes a scrape; a series that was in the one before and is not in this one ends.
   *
   * @returns how many samples were not kept
   */
  write(exposition: Exposition, timeMs: number): number
  /** The target is gone, or did not answer: all its series end. */
  end(timeMs: number): void
}

/** @param label makes of a sample's labels those that it is kept under; asked once a series */
export function createTargetWriter(
  store: Pick<SampleStore, 'append' | 'end' | 'addExemplar' | 'describe'>,
  label: (labels: Labels) => Labels,
): TargetWriter {
  /** Of the last scrape: as exposed → as kept. */
  let present = new Map<string, Labels>()
  return {
    write({ samples, metadata }, timeMs) {
      const before = present
      present = new Map()
      let refused = 0
      for (const [name, one] of metadata) store.describe(name, one)
      for (const { labels: exposed, value, timeMs: ownMs, exemplar } of samples) {
        const labels = before.get(exposed.key) ?? ownLabels(label(exposed))
        if (store.append(labels, ownMs ?? timeMs, value) !== undefined) refused++
        if (exemplar !== undefined) store.addExemplar(labels, exemplar, timeMs)
        // Who writes times of its own says itself when a series ends, by writing none.
        if (ownMs === undefined) present.set(exposed.key, labels)
      }
      for (const [key, labels] of before) if (!present.has(key)) store.end(labels, timeMs)
      return refused
    },
    end(timeMs) {
      for (const labels of present.values()) store.end(labels, timeMs)
      present = new Map()
    },
  }
}
