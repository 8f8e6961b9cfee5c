import type { Config } from '../../config/load.ts'
import type { SourceOf } from '../../config/schema.ts'
import { resolveSecret } from '../../config/secrets.ts'
import type { Clock } from '../clock.ts'
import { readPorts } from '../ports.ts'
import { type DahuaController, dahuaController } from './dahua-controller.ts'
import type { AcsEventInput } from './isapi-controller.ts'
import { ZkDevice } from './zk-device.ts'

/** Whoever can say that a thing happened at a door; told in ISAPI's words, as `doors.ts` makes them. */
export interface DoorSpeaker {
  inject(device: string, event: AcsEventInput, silent?: boolean): unknown
}

/** The simulated controllers of one more vendor; which there are is what sources.yaml marks `demo: true`. */
export interface DoorVendor extends DoorSpeaker {
  devices: readonly string[]
  start(): Promise<void>
  stop(): Promise<void>
  /** Of the devices that listen; 0 = they do not. */
  readonly port: number
  /** Brings out what waits. */
  tick(): void
  cut(device: string): void
}

/** What passes and what is refused, by minor code of major 5 (protocols.md 2.1) → Dahua's and ZK's own words. */
const PASSES: Readonly<Record<number, { method: number; zk: number }>> = {
  1: { method: 1, zk: 4 },
  38: { method: 6, zk: 1 },
  75: { method: 15, zk: 15 },
}
const REFUSED: Readonly<Record<number, { error: number; zk: number }>> = {
  6: { error: 16, zk: 23 },
  7: { error: 21, zk: 21 },
  8: { error: 23, zk: 29 },
  9: { error: 17, zk: 27 },
  76: { error: 20, zk: 41 },
}
const MOVES: Readonly<Record<number, { code: string; action: string; status?: string; zk: number }>> = {
  25: { code: 'DoorStatus', action: 'Pulse', status: 'Open', zk: 200 },
  26: { code: 'DoorStatus', action: 'Pulse', status: 'Close', zk: 201 },
  27: { code: 'BreakIn', action: 'Start', zk: 102 },
  28: { code: 'NotClose', action: 'Start', zk: 28 },
}

export function dahuaVendor(
  source: SourceOf<'dahua'>,
  by: { secrets: Readonly<Record<string, string>>; clock: Clock; isDead(device: string): boolean },
): DoorVendor {
  const controller: DahuaController = dahuaController({
    host: '127.0.0.1',
    port: 0,
    clock: by.clock,
    devices: source.devices.map(({ id, username, password }) => ({
      ...{ id, username, password: resolveSecret(password, by.secrets) },
    })),
    async around({ device, response }, answer) {
      if (!by.isDead(device)) return answer()
      response.destroy()
      return 'handled'
    },
  })
  return {
    devices: source.devices.map(({ id }) => id),
    start: () => controller.start(),
    stop: () => controller.stop(),
    get port() {
      return controller.port
    },
    tick() {},
    cut: (device) => controller.parts(device).stream.cut(),
    inject(device, { minor, time, doorNo = 1, employeeNo, name, cardNo }, silent) {
      const [pass, refused, move] = [PASSES[minor], REFUSED[minor], MOVES[minor]]
      const door = doorNo - 1
      const who = { time, door, userId: employeeNo, name, cardNo }
      if (pass) controller.pass(device, { ...who, method: pass.method }, silent)
      else if (refused) controller.pass(device, { ...who, method: 1, status: 0, errorCode: refused.error }, silent)
      else if (move && !silent) {
        const UTC = Math.floor(time / 1000)
        controller.tell(device, move.code, move.action, door, { ...(move.status ? { Status: move.status } : {}), UTC })
      }
    },
  }
}

/** A PUSH device has sent its past long ago: only the last day is still in its memory. */
const REMEMBERED_MS = 86_400_000
const PING_MS = 10_000

export function zktecoVendor(
  source: SourceOf<'zkteco'>,
  by: { dataDir: string; clock: Clock; isDead(device: string): boolean },
): DoorVendor {
  const server = (): string | undefined => {
    const port = readPorts(by.dataDir)[source.id]?.http ?? source.port
    return port ? `http://127.0.0.1:${port}` : undefined
  }
  const devices = new Map(source.devices.map(({ id, serial }) => [id, new ZkDevice({ serial, mode: 'acc', server })]))
  let running: Promise<unknown> | undefined
  let pingedMs = 0

  async function bringOut(now: number): Promise<void> {
    for (const [id, device] of devices) {
      if (by.isDead(id)) continue
      await device.flush()
      if (now - pingedMs >= PING_MS) await device.ping()
    }
    if (now - pingedMs >= PING_MS) pingedMs = now
  }
  return {
    devices: [...devices.keys()],
    port: 0,
    start: async () => {},
    async stop() {
      await running
    },
    tick() {
      running ??= bringOut(by.clock.now()).finally(() => {
        running = undefined
      })
    },
    cut() {},
    inject(device, { minor, time, doorNo = 1, employeeNo }) {
      const event = PASSES[minor] ? 0 : (REFUSED[minor]?.zk ?? MOVES[minor]?.zk)
      if (event === undefined || time < by.clock.now() - REMEMBERED_MS) return
      const verify = PASSES[minor]?.zk ?? 4
      devices.get(device)?.add({ time, event, pin: employeeNo ?? '0', door: doorNo, verify })
    },
  }
}

/** Every vendor beside Hikvision that the office plays. */
export function otherVendors(
  { sources }: Config['sources'],
  by: { secrets: Readonly<Record<string, string>>; dataDir: string; clock: Clock; isDead(device: string): boolean },
): DoorVendor[] {
  return sources.flatMap((source) => {
    if (!source.demo || !source.enabled) return []
    if (source.kind === 'dahua') return [dahuaVendor(source, by)]
    return source.kind === 'zkteco' ? [zktecoVendor(source, by)] : []
  })
}

/** Each thing to the controller at whose door it happens. */
export function spokenBy(vendors: readonly (DoorSpeaker & { devices: readonly string[] })[]): DoorSpeaker {
  const table = new Map(vendors.flatMap((vendor) => vendor.devices.map((device) => [device, vendor] as const)))
  return { inject: (device, event, silent) => table.get(device)?.inject(device, event, silent) }
}
