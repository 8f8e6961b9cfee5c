import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { dahuaWith } from '../../../collectors/doors/dahua.ts'
import { REAL_SEAMS } from '../../../collectors/doors/device.ts'
import {
  type DahuaController,
  type DahuaControllerOptions,
  dahuaController,
} from '../../../collectors/office/dahua-controller.ts'
import { ProfileFile, type SourceOf } from '../../../config/schema.ts'
import { faultScript, type ScriptedFault } from '../../doubles/script.ts'
import { type Recorder, recorder } from '../recorder.ts'
import { NINE, PLACES } from './office.ts'

const FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/dahua-cgi.yaml', import.meta.url), 'utf8')),
)

export interface DahuaOffice {
  device: DahuaController
  record: Recorder
  requests: string[]
  played: ScriptedFault['what'][]
  longPauses: number[]
  clock: { ms: number; now(): number }
  start(): Promise<void>
  stop(): Promise<void>
}

/** One Dahua controller `dh-1` with two doors, watched by the real source; the clock stands until it is moved. */
export async function dahuaOffice(
  by: Partial<DahuaControllerOptions> & {
    faults?: ScriptedFault[]
    config?: Partial<SourceOf<'dahua'>>
    profile?: object
    devicePassword?: string
    store?: Map<string, string>
    epochLocalConfig?: boolean
  } = {},
): Promise<DahuaOffice> {
  const clock = { ms: NINE, now: (): number => clock.ms }
  const script = faultScript(by.faults ?? [], (id) => device.parts(id).guard.expireNonces())
  const device: DahuaController = dahuaController({
    host: '127.0.0.1',
    port: 0,
    devices: [{ id: 'dh-1', username: 'admin', password: by.devicePassword ?? 'secret' }],
    clock,
    heartbeatMs: 100,
    around: script.around,
    ...by,
  })
  await device.start()
  const places = {
    ...PLACES,
    doors: PLACES.doors.map((door) => ({ ...door, source: 'dahua-1', device: 'dh-1' })),
  }
  const record = recorder({ profile: { ...FILE, ...by.profile }, now: clock.now, places, store: by.store })
  const longPauses: number[] = []
  const source = dahuaWith(
    {
      id: 'dahua-1',
      name: '门禁',
      domain: 'access',
      kind: 'dahua',
      profile: 'dahua-cgi',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      devices: [
        {
          id: 'dh-1',
          url: device.url('dh-1'),
          username: 'admin',
          password: { env: 'X' },
          epochIsLocal: by.epochLocalConfig ?? by.epochIsLocal ?? false,
        },
      ],
      pollS: 0.05,
      overlapMin: 10,
      backfillDays: 0.1,
      stream: false,
      ...by.config,
    },
    record.context,
    {
      pause(ms, signal) {
        if (ms > 60_000) longPauses.push(ms)
        return REAL_SEAMS.pause(ms > 60_000 ? 2 ** 31 - 1 : Math.min(ms, 60), signal)
      },
    },
  )
  return {
    device,
    record,
    ...{ requests: script.requests, played: script.played, longPauses, clock },
    start: () => source.start(),
    async stop() {
      await source.stop()
      await device.stop()
    },
  }
}
