import type { Measure, PanoramaPart, PanoramaRow, PanoramaSection } from '../../../contract/http/sharing-panorama.ts'
import type { Principal, Reader, Tx } from '../../feature.ts'

type Db = Reader | Tx
/** What one thing adds to the panorama. */
export interface Item {
  id: string
  /** `YYYY-MM-DD`; null = not known, counted in no month. */
  started: string | null
  ended: string | null
  open: boolean
  /** Values of the section's dimensions, in their order; at most four. */
  dims: readonly (string | null)[]
}
export interface Shown {
  title: string
  note: string
  link: string | null
}
interface Section {
  section: PanoramaSection
  /** Without it the section is not shown, not even as a number. */
  permission: string
}

/** Too many to count each time: followed as they change, counted cell by cell; handed over by main.ts. */
export interface Followed extends Section {
  unit: string
  openName: string
  inName: string
  outName: string
  source: string
  dims: readonly { id: string; name: string; of: 'open' | 'year' }[]
  /** Raised when items are made in another way: everything is counted anew. */
  shape: number
  /**
   * Things that changed after that place, and those that are gone. A thing may be told twice. The first place is ''.
   * `caughtUp`: there is nothing more at the moment; `whole`: everything there is has been told at least once.
   */
  changed(
    db: Db,
    place: string,
    limit: number,
  ): Promise<{ items: Item[]; gone: string[]; place: string; caughtUp: boolean; whole: boolean }>
  present(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, Shown>>
}

export interface RowAsk {
  measure: Measure
  dim: string | undefined
  value: string | undefined
  month: string | undefined
  limit: number
  cursor: string
}
/** Few enough to be counted when somebody looks. */
export interface Counted extends Section {
  look(db: Db, person: Principal, now: number): Promise<Omit<PanoramaPart, 'section' | 'name' | 'verdict'>>
  rows(db: Db, ask: RowAsk): Promise<{ items: PanoramaRow[]; cursor: string | null }>
}
