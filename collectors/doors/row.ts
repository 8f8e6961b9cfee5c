/**
 * One thing at a door, as any vendor tells it: what decoding (`decode.ts`) makes an event of. Names, card numbers and
 * pictures are not taken in at all.
 */
export interface DoorRow {
  /** Key of the profile's `events`, e.g. `5.75` or `BreakIn.Start`. */
  code: string
  /** As written; without zone it is the profile's. Empty: the source gave none. */
  time: string
  /** Rises per device; the key of an event together with the epoch. Absent where the device counts nothing. */
  serialNo?: number
  /** Key where there is no serial number: everything that makes this thing different from another. */
  key?: string
  /** Rises per device without being the key: only for finding gaps. */
  counted?: number
  doorNo?: number
  /** Where doors have no numbers but names of the platform. */
  doorCode?: string
  reader?: number
  employeeNo?: string
  verifyMode?: string
  /** What the row itself says, where the vendor tells it apart from the code. */
  credential?: string
  reason?: string
  direction?: 'in' | 'out'
  /** False: the device replays what it kept while nobody listened. */
  current: boolean
}

/** Names one row in texts for people. */
export const rowName = ({ code, serialNo }: DoorRow): string =>
  serialNo === undefined ? `记录（${code}）` : `第 ${serialNo} 号记录（${code}）`

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
