import type { SourceContext, SourceRunner } from '../source.ts'
import type { DoorDecoding } from './decode.ts'
import { type DeviceConfig, type DeviceSeams, DeviceWatch, type PollingConfig } from './device.ts'
import type { DoorDialect } from './dialect.ts'
import { doorTable } from './door-table.ts'
import { DevicesHealth } from './health.ts'
import type { DoorProfile } from './profile.ts'

export interface Polled<Device extends DeviceConfig> {
  config: PollingConfig & { id: string; devices: readonly Device[] }
  context: SourceContext
  seams: DeviceSeams
  /** Read when the source starts. @throws Error in Chinese when the profile does not fit */
  /** Which of site.yaml's doors a number or code of the device stands for; by default the device's own numbers. */
  doors?(device: Device): DoorDecoding['door']
  speak(): { profile: DoorProfile; dialect(device: Device): DoorDialect }
  /** Further ways in, opened beside the polling (device push). */
  beside?(watches: ReadonlyMap<string, DeviceWatch>): Promise<{ close(): Promise<void> }>
}

/** Runs a source of several controllers that are asked in turn, each by its own watch; whatever their vendor. */
export function polledSource<Device extends DeviceConfig>(by: Polled<Device>): SourceRunner {
  const { config, context } = by
  const ends = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  let beside: { close(): Promise<void> } | undefined
  const fail = (error: unknown): void => {
    if (!ends.signal.aborted) context.crashed(error)
  }
  return {
    async start() {
      const { profile, dialect } = by.speak()
      const health = new DevicesHealth(context)
      const watches = new Map(
        config.devices.map((device) => {
          const door = by.doors?.(device) ?? doorTable(context.places.doors, config.id, device.id)
          const decoding = { profile, device: device.id, door, personHash: context.personHash }
          const parts = { context, dialect: dialect(device), by: decoding, health, seams: by.seams }
          return [device.id, new DeviceWatch(device, config, parts)]
        }),
      )
      beside = await by.beside?.(watches)
      running = Promise.all([...watches.values()].map((watch) => watch.run(ends.signal).catch(fail)))
    },
    async stop() {
      ends.abort()
      await Promise.all([running, beside?.close()])
    },
  }
}
