import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { caseExportSource } from '../../../collectors/cases/export.ts'
import { openDelivery } from '../../../collectors/delivery/delivery.ts'
import type { Draft, SourceContext } from '../../../collectors/source.ts'
import { recorder, until } from '../recorder.ts'
import { csvOf, line, PROFILE_FILE } from './build.ts'

/** With the real spool on disk (and a broker that is not there): what a collector knows outlives it. */
let dir: string
const NOW = Date.parse('2026-11-24T10:00:00+08:00')
const clock = { now: () => NOW }

/** Runs the source on a fresh process's delivery until `ready`; returns what it delivered. */
async function run(name: string, text: string): Promise<Draft[]> {
  const delivery = openDelivery({
    site: 'test',
    domain: 'case',
    collector: 'case-export',
    profile: 'case-export@1',
    version: '0',
    dataDir: dir,
    broker: { url: 'mqtt://127.0.0.1:1', username: 'x', password: 'x' },
    clock,
    chance: () => 0.5,
    log: pino({ level: 'silent' }),
  })
  const drafts: Draft[] = []
  let finished = 0
  const context: SourceContext = {
    ...recorder({ profile: PROFILE_FILE, dataDir: dir, now: clock.now }).context,
    store: delivery.store,
    async deliver(all, cursor) {
      await delivery.deliver(all, cursor)
      drafts.push(...all)
    },
    state: () => {
      finished++
    },
  }
  const config = {
    id: 'case-export',
    name: 'x',
    domain: 'case',
    kind: 'case-export',
    profile: 'case-export',
    staleAfterS: 60,
    enabled: true,
    demo: false,
    folder: 'drop',
    settleS: 0,
    scanS: 0.02,
    maxVanish: 0.2,
  } as const
  const source = caseExportSource(config, context)
  await source.start()
  writeFileSync(join(dir, 'drop', name), text)
  await until(() => finished > 0, `${name} imported`)
  await source.stop()
  await delivery.stop()
  return drafts
}

describe('case table on disk', () => {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sanling-cases-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('two thousand cases are known to the next process: one change is one event', async () => {
    const lines = Array.from({ length: 2000 }, (_, n) => line(n))
    expect((await run('a.csv', csvOf(lines))).length).toBe(2000)
    lines[1234] = line(1234, { node: '补充侦查' })
    const changes = await run('b.csv', csvOf(lines))
    expect(changes.map(({ type, object }) => [type, object])).toEqual([['case.node_changed', `case:${line(1234)[0]}`]])
  })
})
