import type { PanelBoard } from './board.ts'
import type { Screen } from './screen.ts'
import { encode, type Packet, write } from './wire.ts'

/** Numbers the packets that ask for an acknowledgement; no other part of the server asks for one. */
let ackIds = 1_000_000

/** With 100 kB a panel about 4 ms of writing. */
const SCREENS_AT_ONCE = 50

/** One change on its way to all members. */
interface Round {
  panel: string
  rev: number
  prevRev: number
  id: number
  packet: Packet
  left: Iterator<Screen>
}

/**
 * All screens of one namespace that may see the same panels: they share one chain of revs, so that a change is encoded
 * once. A screen that has not taken the last delta of a panel leaves the chain and is led back to it when it has room.
 */
export class Audience {
  readonly namespace: string
  readonly panels: readonly string[]
  readonly members = new Set<Screen>()
  rev = 1
  readonly #board: PanelBoard
  readonly #changedAt = new Map<string, number>()
  readonly #now: () => number
  readonly #rounds: Round[] = []
  #snapshot: { rev: number; json: string } | undefined

  constructor(namespace: string, panels: readonly string[], board: PanelBoard, now: () => number) {
    this.namespace = namespace
    this.panels = panels
    this.#board = board
    this.#now = now
  }

  /** A panel has changed: on to the next rev. */
  advance(panel: string, text: string): void {
    if (!this.panels.includes(panel)) return
    const prevRev = this.rev
    this.rev += 1
    this.#changedAt.set(panel, this.rev)
    this.#snapshot = undefined
    if (this.members.size === 0) return
    const id = ackIds++
    const packet = encode(this.namespace, 'delta', deltaJson(this.rev, prevRev, panel, text, this.#now()), id)
    this.#rounds.push({ panel, rev: this.rev, prevRev, id, packet, left: this.members.values() })
    if (this.#rounds.length === 1) this.#goOn()
  }

  /** The rounds one after another, some screens at a time: hundreds of large writes must not hold up an alert. */
  #goOn(): void {
    const now = this.#now()
    let room = SCREENS_AT_ONCE
    for (;;) {
      const round = this.#rounds[0]
      if (!round) {
        this.#caughtUp()
        return
      }
      const { done, value: screen } = round.left.next()
      if (done) this.#rounds.shift()
      else {
        this.#offer(round, screen, now)
        room -= 1
      }
      if (room === 0) break
    }
    setImmediate(() => this.#goOn())
  }

  #offer({ panel, rev, prevRev, id, packet }: Round, screen: Screen, now: number): void {
    // Its snapshot was newer.
    if (screen.rev >= rev) return
    if (screen.rev !== prevRev || !screen.isFree(panel, now)) screen.dirty.add(panel)
    else this.#send(screen, panel, rev, id, packet, now)
  }

  #caughtUp(): void {
    for (const screen of this.members) if (screen.dirty.size > 0) this.catchUp(screen)
  }

  /** Leads a screen that fell behind back to the chain, if all that it missed may go out now. */
  catchUp(screen: Screen): void {
    // In the middle of a round it could overtake a change that has not come to it yet.
    if (this.#rounds.length > 0) return
    const now = this.#now()
    const missed = [...screen.dirty]
    if (missed.length === 0 || !missed.every((panel) => screen.isFree(panel, now))) return
    missed.sort((a, b) => (this.#changedAt.get(a) ?? 0) - (this.#changedAt.get(b) ?? 0))
    for (const panel of missed) {
      const rev = this.#changedAt.get(panel) ?? this.rev
      const json = deltaJson(rev, screen.rev, panel, this.#board.text(panel) ?? 'null', now)
      const id = ackIds++
      this.#send(screen, panel, rev, id, encode(this.namespace, 'delta', json, id), now)
    }
  }

  #send(screen: Screen, panel: string, rev: number, id: number, packet: Packet, now: number): void {
    screen.sent(panel, rev, id, now, () => this.catchUp(screen))
    write(screen.socket, packet)
  }

  /** To everybody who has room; not part of the chain. */
  broadcast(event: string, json: string): void {
    if (this.members.size === 0) return
    const packet = encode(this.namespace, event, json)
    for (const screen of this.members) if (!screen.isStuck()) write(screen.socket, packet)
  }

  snapshotJson(): string {
    if (this.#snapshot?.rev !== this.rev) {
      const panels = this.panels.flatMap((name) => {
        const text = this.#board.text(name)
        return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`]
      })
      this.#snapshot = { rev: this.rev, json: `{"rev":${this.rev},"at":${this.#now()},"panels":{${panels.join()}}}` }
    }
    return this.#snapshot.json
  }
}

const deltaJson = (rev: number, prevRev: number, panel: string, text: string, at: number): string =>
  `{"rev":${rev},"prevRev":${prevRev},"panel":${JSON.stringify(panel)},"at":${at},"data":${text}}`
