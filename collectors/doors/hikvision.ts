import type { SourceFactory } from '../source.ts'
import { type DeviceSeams, REAL_SEAMS } from './device.ts'
import { isapiDialect } from './isapi.ts'
import { polledSource } from './polled.ts'
import { hikvisionProfile } from './profile.ts'

/**
 * Hikvision door controllers over ISAPI: `AcsEvent` polled with a cursor and an overlap, `alertStream` for what happens
 * now, and where configured the device's own «HTTP listening» (protocols.md 2.1). All give an event the same key.
 */
export const hikvisionSource: SourceFactory<'hikvision'> = (config, context) =>
  hikvisionWith(config, context, REAL_SEAMS)

/** The same with replaceable parts, for tests. */
export function hikvisionWith(
  config: Parameters<SourceFactory<'hikvision'>>[0],
  context: Parameters<SourceFactory<'hikvision'>>[1],
  seams: DeviceSeams,
): ReturnType<SourceFactory<'hikvision'>> {
  const { push } = config
  return polledSource({
    config,
    context,
    seams,
    speak() {
      const profile = hikvisionProfile(context.profile)
      return { profile, dialect: () => isapiDialect(profile) }
    },
    ...(push ? { beside: async (watches) => (await import('./push.ts')).listenForPush(push, context, watches) } : {}),
  })
}
