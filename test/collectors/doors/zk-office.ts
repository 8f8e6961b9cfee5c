import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { readProfile, ZktecoProfile } from '../../../collectors/doors/profile.ts'
import { zktecoSource } from '../../../collectors/doors/zkteco.ts'
import { ZkDevice, type ZkDeviceOptions } from '../../../collectors/office/zk-device.ts'
import type { Draft } from '../../../collectors/source.ts'
import { ProfileFile, type SourceOf } from '../../../config/schema.ts'
import { type Recorder, recorder } from '../recorder.ts'
import { PLACES } from './office.ts'

const FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/zkteco-push.yaml', import.meta.url), 'utf8')),
)
export const ZK_PROFILE = readProfile(ZktecoProfile, FILE)
/** 2026-11-24 08:32:30 in the office. */
export const NOW = Date.parse('2026-11-24T08:32:30+08:00')

export interface ZkOffice {
  record: Recorder
  clock: { ms: number; now(): number }
  url: string
  device(options?: Partial<ZkDeviceOptions>): ZkDevice
  /** Raw request to the collector. */
  ask(path: string, init?: RequestInit): Promise<{ status: number; text: string }>
  stop(): Promise<void>
}

/** The real ZK source on a free port, one device `zk-1` (serial ZK001) with two doors. */
export async function zkOffice(
  by: {
    config?: Partial<SourceOf<'zkteco'>>
    store?: Map<string, string>
    secret?: string
    onDeliver?: (drafts: readonly Draft[]) => void
  } = {},
): Promise<ZkOffice> {
  const clock = { ms: NOW, now: (): number => clock.ms }
  const places = { ...PLACES, doors: PLACES.doors.map((door) => ({ ...door, source: 'zk', device: 'zk-1' })) }
  const record = recorder({
    profile: FILE,
    now: clock.now,
    places,
    ...{ store: by.store, secret: by.secret, onDeliver: by.onDeliver },
  })
  let port = 0
  record.context.listens = (ports) => {
    port = ports.http ?? 0
  }
  const source = zktecoSource(
    {
      id: 'zk',
      name: '门禁读头',
      domain: 'access',
      kind: 'zkteco',
      profile: 'zkteco-push',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      host: '127.0.0.1',
      port: 0,
      allow: [],
      maxPerMinute: 60_000,
      devices: [{ id: 'zk-1', serial: 'ZK001' }],
      unknownSerial: 403,
      ...by.config,
    },
    record.context,
  )
  await source.start()
  const url = `http://127.0.0.1:${port}`
  return {
    record,
    clock,
    url,
    device: (options = {}) => new ZkDevice({ serial: 'ZK001', mode: 'acc', server: () => url, ...options }),
    async ask(path, init) {
      const answer = await fetch(url + path, init)
      return { status: answer.status, text: await answer.text() }
    },
    stop: () => source.stop(),
  }
}
