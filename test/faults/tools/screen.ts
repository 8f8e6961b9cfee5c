import { io } from 'socket.io-client'
import type { Delta, Snapshot } from '../../../contract/live.ts'

/** A wall that only counts what it is told. */
export interface Screen {
  snapshots(): number
  messages(): number
  connected(): boolean
  /** When it last lost its line, and when it last got a whole picture; ms of performance.now(). */
  lostAt(): number
  pictureAt(): number
  /** The newest state of a panel. */
  panel(name: string): unknown
  close(): void
}

export function openScreen(url: string, wallKey: string): Screen {
  let snapshots = 0
  let messages = 0
  let lostAt = 0
  let pictureAt = 0
  const client = io(`${url}/wall`, {
    transports: ['websocket'],
    auth: { key: wallKey },
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1000,
  })
  let panels: Record<string, unknown> = {}
  client.on('disconnect', () => {
    lostAt = performance.now()
  })
  client.on('snapshot', (snapshot: Snapshot) => {
    snapshots += 1
    pictureAt = performance.now()
    panels = snapshot.panels
  })
  client.on('delta', ({ panel, data }: Delta, taken: () => void) => {
    panels[panel] = data
    taken()
  })
  client.onAny(() => {
    messages += 1
  })
  return {
    snapshots: () => snapshots,
    messages: () => messages,
    connected: () => client.connected,
    lostAt: () => lostAt,
    pictureAt: () => pictureAt,
    panel: (name) => panels[name],
    close: () => void client.disconnect(),
  }
}
