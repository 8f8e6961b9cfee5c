import type { AlertSignal, EventHandler, StoredEvent, Tick, Turn } from '../../feature.ts'
import { DAY_MS, type SecurityDeps } from '../context.ts'
import { loadTerminals, markSilent, recordOutreach, recordVirus, saveTerminals } from './repository.ts'
import { applyTerminalEvent, freshTerminal, indexAssets, isVirusResolved, type TerminalRecord } from './rules.ts'

/** Keeps the state of each host and the open findings. The host is the event's object. */
export function terminalHandler(deps: SecurityDeps): EventHandler {
  const assets = indexAssets(deps.config.site.terminals)
  const lostAfterMs = deps.config.security.protectionLostDays * DAY_MS
  return {
    name: 'terminals',
    types: ['terminal.'],
    async handle(turn, events) {
      const named = events.filter((event) => event.object)
      if (named.length === 0) return
      const states = await loadTerminals(turn.tx, [...new Set(named.map(hostOf))])
      const back: ReturnType<typeof told>[] = []
      const strangers: AlertSignal[] = []
      for (const event of named) {
        const host = hostOf(event)
        const input = { type: event.type, at: event.observedMs, data: event.data }
        const before = states.get(host)
        const after = applyTerminalEvent(before ?? freshTerminal(host), input)
        states.set(host, after)
        const isNew = !before || event.observedMs - before.seenMs > lostAfterMs
        if (isNew && !event.backfill && !assets.find(after)) strangers.push(stranger(event, after))
        if (before && !before.online && after.online && !event.backfill && event.type !== 'terminal.online')
          back.push(told('terminal.online', host, event.observedMs, 0))
        await recordFinding(turn, event)
      }
      await saveTerminals(turn.tx, [...states.values()])
      if (strangers.length > 0) await deps.alerts.raise(turn, ...strangers)
      if (back.length > 0) turn.afterCommit(() => deps.derive(back))
      turn.touch('terminal')
    },
  }
}

/** Somebody's machine with our protection client, or a machine that nobody registered: told once. */
const stranger = (event: StoredEvent, { host, ip, mac }: TerminalRecord): AlertSignal => ({
  cause: `terminal.unknown:${host}`,
  rule: 'terminal.unknown',
  domain: 'terminal',
  object: host,
  at: event.observedMs,
  evidence: [event.id],
  clearable: false,
  values: { ip: ip ?? '未知', mac: mac ?? '未知' },
})

/** Going and coming back are told once: the key is the last moment that was seen. */
const told = (type: string, host: string, seenMs: number, afterMs: number) => ({
  type,
  collector: 'house',
  object: host,
  at: seenMs + afterMs,
  key: `${type}|${host}|${seenMs}`,
  data: { host, derived: true },
})

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
      if (silent.length === 0) return
      turn.touch('terminal')
      const events = silent.map(({ host, seenMs }) =>
        told('terminal.offline', host, seenMs, deps.config.security.offlineAfterS * 1000),
      )
      turn.afterCommit(() => deps.derive(events))
    },
  }
}
