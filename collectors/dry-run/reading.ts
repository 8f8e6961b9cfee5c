import type { ProfileFile, Site } from '../../config/schema.ts'
import { type Decoded, type Draft, nothing, type Refusal } from '../source.ts'

/** What decoding a sample needs of the office. */
export interface DryRunOffice {
  profiles: ReadonlyMap<string, ProfileFile>
  site: Site
  now: number
  personHash(employeeNo: string): string
  /** Decoders of the office's own. */
  vendorDir?: string
}

export interface SampleReading extends Decoded {
  /** Fields that were recognised; fields or columns of the sample that nothing takes. */
  mapped: string[]
  unmapped: string[]
  /** Chinese, for people. */
  notes: string[]
}

export const keysOf = (drafts: readonly Draft[]): string[] =>
  [...new Set(drafts.flatMap(({ data }) => Object.keys(data)))].sort()

export const empty = (refusals: Refusal[]): SampleReading => ({
  ...nothing(),
  refusals,
  mapped: [],
  unmapped: [],
  notes: [],
})
