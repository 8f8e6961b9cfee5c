import type { SourceFactory } from '../source.ts'
import { type DeviceSeams, DeviceWatch, REAL_SEAMS } from './device.ts'
import { DevicesHealth } from './health.ts'
import { hikvisionProfile } from './profile.ts'

/**
 * Hikvision door controllers over ISAPI: `AcsEvent` polled with a cursor and an overlap, `alertStream` for what happens
 * now (protocols.md 2.1). Both give an event the same key.
 */
export const hikvisionSource: SourceFactory<'hikvision'> = (config, context) =>
  hikvisionWith(config, context, REAL_SEAMS)

/** The same with replaceable parts, for tests. */
export function hikvisionWith(
  config: Parameters<SourceFactory<'hikvision'>>[0],
  context: Parameters<SourceFactory<'hikvision'>>[1],
  seams: DeviceSeams,
): ReturnType<SourceFactory<'hikvision'>> {
  const ends = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  return {
    async start() {
      const profile = hikvisionProfile(context.profile)
      const health = new DevicesHealth(context)
      const watches = config.devices.map((device) => {
        const by = { profile, device: device.id, door: doorTable(config.id, device.id), personHash: context.personHash }
        return new DeviceWatch(device, config, { context, by, health, seams })
      })
      const runs = watches.map((watch) => watch.run(ends.signal).catch((error: unknown) => fail(error)))
      running = Promise.all(runs)
    },
    async stop() {
      ends.abort()
      await running
    },
  }

  function fail(error: unknown): void {
    if (!ends.signal.aborted) context.crashed(error)
  }

  function doorTable(source: string, device: string): (doorNo: number) => string | undefined {
    const own = context.places.doors.filter((door) => door.source === source && door.device === device)
    const table = new Map(own.map((door) => [door.doorNo, door.id]))
    return (doorNo) => table.get(doorNo)
  }
}
