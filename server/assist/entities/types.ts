import type { EntityType } from '../../../contract/http/assist.ts'

/** What a detector has found: half-open span in UTF-16 units of the text. */
export interface Found {
  type: EntityType
  start: number
  end: number
  /** 0–1: shape alone 0.7, shape with its check or its context 0.9 and more. */
  confidence: number
}
export type Detector = (text: string) => Found[]

/** Every match of a pattern as one entity; a named group `x` narrows the span. @param pattern with flags `gu` */
export const byPattern =
  (type: EntityType, pattern: RegExp, confidence: number | ((match: string) => number)): Detector =>
  (text) =>
    [...text.matchAll(pattern)].map((match) => {
      const inner = match.groups?.x ?? match[0]
      const start = match.index + (match.groups?.x === undefined ? 0 : match[0].indexOf(inner))
      const sure = typeof confidence === 'number' ? confidence : confidence(inner)
      return { type, start, end: start + inner.length, confidence: sure }
    })
