import type { Socket } from 'socket.io'
import type { ClientToServer, ServerToClient } from '../../contract/live.ts'
import type { Principal } from '../feature.ts'
import type { Credentials } from '../people/authenticate.ts'
import { awaitAck, backlogBytes, encode, forgetAck, unsent, write } from './wire.ts'

export interface SocketData {
  person: Principal
  shown: Credentials
  screen: string | null
  /** What the wall calls itself. */
  wall: string | null
}
export type LiveSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>

/** An unacknowledged delta holds its panel back no longer than that. */
export const ACK_LIMIT_MS = 5000
/** Above it a client gets no more deltas: it gets the newest state when it has room again. */
const CLOGGED_BYTES = 256 * 1024
/** Alerts are small, come in bursts and are told to whoever is not quite stuck; their frames are shared by all. */
const STUCK_BYTES = 4 * 1024 * 1024
const STUCK_PACKETS = 4096
/** protocols.md section 7: more than this for longer than that, and the client is cut. */
const CUT_BYTES = 1024 * 1024
const CUT_AFTER_MS = 10_000

/**
 * One connected screen: its place in the chain of revs, and for each panel one slot that holds nothing but «there is
 * something newer».
 */
export class Screen {
  readonly socket: LiveSocket
  readonly dirty = new Set<string>()
  /** Last rev that was sent to it. */
  rev = 0
  readonly #waiting = new Map<string, { id: number; since: number }>()
  /** A client that never acknowledges is paced by its buffer instead. */
  #acknowledges = false
  #overSince: number | undefined

  constructor(socket: LiveSocket) {
    this.socket = socket
  }

  /** No room even for an alert. */
  isStuck(): boolean {
    const { bytes, packets } = unsent(this.socket)
    return bytes > STUCK_BYTES || packets > STUCK_PACKETS
  }

  /** May this panel's next delta go out? */
  isFree(panel: string, now: number): boolean {
    const waiting = this.#waiting.get(panel)
    if (waiting && this.#acknowledges && now - waiting.since < ACK_LIMIT_MS) return false
    return backlogBytes(this.socket) <= CLOGGED_BYTES
  }

  /** Notes that `panel` was sent under ack `id`; `freed` runs when the client has taken it. */
  sent(panel: string, rev: number, id: number, now: number, freed: () => void): void {
    this.rev = rev
    this.dirty.delete(panel)
    this.#forget(panel)
    this.#waiting.set(panel, { id, since: now })
    awaitAck(this.socket, id, () => {
      this.#acknowledges = true
      if (this.#waiting.get(panel)?.id === id) this.#waiting.delete(panel)
      if (this.dirty.size > 0) freed()
    })
  }

  /** A snapshot has gone out: nothing older counts any more. */
  renewed(rev: number): void {
    this.rev = rev
    this.dirty.clear()
    for (const panel of [...this.#waiting.keys()]) this.#forget(panel)
  }

  #forget(panel: string): void {
    const waiting = this.#waiting.get(panel)
    if (waiting) forgetAck(this.socket, waiting.id)
    this.#waiting.delete(panel)
  }

  say(event: string, json: string): void {
    write(this.socket, encode(this.socket.nsp.name, event, json))
  }

  /** True when it has had too much waiting for too long. */
  mustBeCut(now: number): boolean {
    if (backlogBytes(this.socket) <= CUT_BYTES) this.#overSince = undefined
    else this.#overSince ??= now
    return this.#overSince !== undefined && now - this.#overSince >= CUT_AFTER_MS
  }
}
