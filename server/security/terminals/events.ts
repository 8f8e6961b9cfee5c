import type { EventHandler, StoredEvent, Tick, Turn } from '../../feature.ts'
import type { SecurityDeps } from '../context.ts'
import { loadTerminals, markSilent, recordOutreach, recordVirus, saveTerminals } from './repository.ts'
import { applyTerminalEvent, freshTerminal, isVirusResolved } from './rules.ts'

/** Keeps the state of each host and the open findings. The host is the event's object. */
export function terminalHandler(): EventHandler {
  return {
    name: 'terminals',
    types: ['terminal.'],
    async handle(turn, events) {
      const named = events.filter((event) => event.object)
      if (named.length === 0) return
      const states = await loadTerminals(turn.tx, [...new Set(named.map(hostOf))])
      for (const event of named) {
        const host = hostOf(event)
        const input = { type: event.type, at: event.observedMs, data: event.data }
        states.set(host, applyTerminalEvent(states.get(host) ?? freshTerminal(host), input))
        await recordFinding(turn, event)
      }
      await saveTerminals(turn.tx, [...states.values()])
      turn.touch('terminal')
    },
  }
}

/** `terminal:JCY-1` and `JCY-1` are the same host. */
const hostOf = (event: StoredEvent): string => (event.object ?? '').replace(/^terminal:/, '').slice(0, 128)

async function recordFinding(turn: Turn, event: StoredEvent): Promise<void> {
  if (event.type === 'terminal.virus') {
    const name = String(event.data.name ?? '未知病毒').slice(0, 200)
    await recordVirus(turn.tx, {
      host: hostOf(event),
      name,
      at: event.observedMs,
      resolved: isVirusResolved(event.data),
    })
  }
  if (event.type === 'terminal.illegal_outreach')
    await recordOutreach(turn.tx, { event_id: event.id, host: hostOf(event), at_ms: event.observedMs })
}

/** Silence makes a terminal offline, once. */
export function silenceTick(deps: SecurityDeps): Tick {
  return {
    name: 'terminals-silent',
    everyMs: 10_000,
    async run(turn) {
      const silent = await markSilent(turn.tx, turn.now - deps.config.security.offlineAfterS * 1000)
      if (silent > 0) turn.touch('terminal')
    },
  }
}
