import { createHash } from 'node:crypto'
import { atZone, ofZone } from '../intake/wall-clock.ts'
import type { Draft } from '../source.ts'
import { present } from './facts.ts'
import type { Hardware, MissingPatches, TerminalTable } from './table.ts'
import type { TableProfile } from './table-profile.ts'

/** What a list changes: events, and what is to be remembered of it, by key. */
export interface TableChange {
  drafts: Draft[]
  memory: Record<string, string>
}
/** `hold`: so many terminals vanished from the list of missing patches that somebody filtered it, perhaps. */
export type TableVerdict = ({ what: 'apply' } & TableChange) | { what: 'hold'; vanished: number; known: number }

export const PATCH = 'patch/'
export const HARDWARE = 'hw/'
const DAY_MS = 86_400_000
const SHOWN_PATCHES = 20
const ENOUGH_TO_JUDGE = 5
const PARTS = ['cpu', 'memory', 'disk', 'board', 'serial', 'mac', 'os'] as const
const PART_NAMES: Readonly<Record<(typeof PARTS)[number], string>> = {
  cpu: '处理器',
  memory: '内存',
  disk: '硬盘',
  board: '主板',
  serial: '序列号',
  mac: '网卡',
  os: '操作系统',
}

export interface TableContext {
  profile: TableProfile
  /** Source id. */
  known: ReadonlyMap<string, string>
  /** When the file was made, epoch ms. */
  madeMs: number
  confirmed: boolean
}

/** Pure: a list against what was known of each terminal. A terminal that is not in a list of patches misses none. */
export function diffTable(table: Exclude<TerminalTable, { what: 'unknown' }>, by: TableContext): TableVerdict {
  return table.what === 'patches' ? diffPatches(table.hosts, by) : { what: 'apply', ...diffHardware(table.hosts, by) }
}

function diffPatches(hosts: ReadonlyMap<string, MissingPatches>, by: TableContext): TableVerdict {
  const missing = [...by.known].filter(([key, value]) => key.startsWith(PATCH) && value !== '')
  const vanished = missing.map(([key]) => key.slice(PATCH.length)).filter((host) => !hosts.has(host))
  const share = missing.length < ENOUGH_TO_JUDGE ? 0 : vanished.length / missing.length
  if (share > by.profile.patches.maxVanish && !by.confirmed)
    return { what: 'hold', vanished: vanished.length, known: missing.length }
  const change: TableChange = { drafts: [], memory: {} }
  const all = new Map<string, MissingPatches>(hosts)
  for (const host of vanished) all.set(host, { patches: [] })
  for (const [host, { patches, oldest }] of all) {
    const gist = [...patches].sort().join(',')
    if (by.known.get(PATCH + host) === gist) continue
    change.memory[PATCH + host] = gist
    const ageMs = oldest === undefined ? undefined : by.madeMs - dayMs(oldest, by.profile.zone)
    change.drafts.push(
      draft('terminal.patch_missing', host, gist, by, {
        count: patches.length,
        patches: patches.slice(0, SHOWN_PATCHES).join('、') || undefined,
        age_days: ageMs === undefined ? undefined : Math.max(0, Math.floor(ageMs / DAY_MS)),
      }),
    )
  }
  return { what: 'apply', ...change }
}

function diffHardware(hosts: ReadonlyMap<string, Hardware>, by: TableContext): TableChange {
  const change: TableChange = { drafts: [], memory: {} }
  for (const [host, facts] of hosts) {
    const { seen: _seen, ip, dept, ...parts } = facts
    const before = by.known.get(HARDWARE + host)
    const now = JSON.stringify(PARTS.map((part) => parts[part] ?? null))
    if (before === now) continue
    change.memory[HARDWARE + host] = now
    if (before === undefined) continue
    const old = JSON.parse(before) as (string | null)[]
    PARTS.forEach((part, at) => {
      const [from, to] = [old[at] ?? undefined, parts[part]]
      // A column that is not in this list says nothing.
      if (from === undefined || to === undefined || from === to) return
      const data = { name: PART_NAMES[part], from, to, ip, dept }
      change.drafts.push(draft('terminal.hardware_change', host, `${part}|${from}|${to}`, by, data))
    })
  }
  return change
}

/** `listed`: an export names the terminal; that is no sign of life of it. */
function draft(type: string, host: string, gist: string, by: TableContext, data: Record<string, unknown>): Draft {
  const key = createHash('sha256').update(gist).digest('hex').slice(0, 16)
  return {
    type,
    object: host.slice(0, 128),
    device: by.profile.device,
    nativeKey: `${host}|${type}|${key}|${by.madeMs}`,
    observedMs: by.madeMs,
    observedAt: atZone(by.madeMs, by.profile.zone).observedAt,
    data: present({ host, listed: true, ...data }),
  }
}

const dayMs = (date: string, zone: string): number => ofZone(Temporal.PlainDate.from(date).toPlainDateTime(), zone).ms
