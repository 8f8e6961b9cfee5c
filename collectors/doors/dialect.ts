import type { IncomingMessage } from 'node:http'
import type { DigestAsk } from '../intake/digest-client.ts'
import type { HttpAnswer } from '../intake/http.ts'
import type { Part } from '../intake/multipart.ts'
import type { Refusal } from '../source.ts'
import type { DoorRow } from './row.ts'
import type { Slice } from './slices.ts'

/** Why the device did not give what was asked; the caller decides how to go on. */
export type DeviceTrouble = 'not_supported' | 'busy' | 'bad_answer'

export class DeviceError extends Error {
  readonly trouble: DeviceTrouble
  readonly refusals: readonly Refusal[]
  constructor(trouble: DeviceTrouble, message: string, refusals: readonly Refusal[] = []) {
    super(message)
    this.name = 'DeviceError'
    this.trouble = trouble
    this.refusals = refusals
  }
}

export interface SearchResult {
  rows: DoorRow[]
  refusals: Refusal[]
  /** False: the device said there is more and gave none; what came is kept, the cursor waits. */
  complete: boolean
  pages: number
}

/** What one part of a live stream says. */
export interface PartReading {
  rows: DoorRow[]
  refusals: Refusal[]
  heartbeats: number
  /** Pictures and alerts of other kinds: not kept, counted. */
  dropped: number
  /** Something nobody sends by accident (a DOCTYPE): the connection is to be closed. */
  close: boolean
  /** The device says that there is a new record, which is to be fetched. */
  fetch?: boolean
}

/** One signed-in conversation with a device. Both throw DigestRefused when the password is not taken, and HttpError. */
export interface DeviceClient {
  request(ask: DigestAsk): Promise<HttpAnswer>
  /** Resolves at the answer's headers. */
  open(ask: DigestAsk): Promise<IncomingMessage>
}

/** How one polled device speaks: all that `DeviceWatch` needs to know of a vendor. One object per device. */
export interface DoorDialect {
  /** Prefix of the device's memory in the source's store. */
  readonly memory: string
  /** The device's clock, epoch ms, undefined when it does not say; also the request that tries the password first. */
  askClock(client: DeviceClient, signal: AbortSignal): Promise<number | undefined>
  /** Everything of one window of the device's clock. @throws DeviceError, DigestRefused, HttpError */
  search(client: DeviceClient, slice: Slice, signal: AbortSignal): Promise<SearchResult>
  readonly stream?: {
    readonly path: string
    readonly heartbeatS: number
    readonly silentBeats: number
    /** Pure; never throws. */
    read(part: Part, receivedMs: number): PartReading
    /** Is this text a whole part? For devices whose parts are neither JSON nor XML. */
    isWhole?(text: string): boolean
    /** What passes while nobody listens is in no record that could be fetched: a broken stream is a gap. */
    readonly lossy: boolean
  }
  readonly allowBasic?: boolean
  /** Where it is not digest. */
  client?(): DeviceClient
}
