import { pino } from 'pino'
import { type Delivery, type DeliveryOptions, openDelivery } from '../../../collectors/delivery/delivery.ts'
import type { Draft } from '../../../collectors/source.ts'

export const NOW = Date.parse('2026-11-24T10:21:07+08:00')

export const draft = (n: number, more: Partial<Draft> = {}): Draft => ({
  type: 'terminal.virus',
  object: `JCY-${n % 50}`,
  device: 'tianqing',
  nativeKey: `guid-${n}`,
  observedMs: NOW + n,
  observedAt: new Date(NOW + n).toISOString(),
  data: { host: `JCY-${n % 50}`, name: '样本' },
  ...more,
})

export const delivery = (url: string, dataDir: string, more: Partial<DeliveryOptions> = {}): Delivery =>
  openDelivery({
    site: 'test',
    domain: 'terminal',
    collector: 'tq',
    profile: 'tianqing-v10@1',
    version: '0.1.0',
    dataDir,
    broker: { url, username: 'tq', password: 'secret' },
    clock: { now: () => Date.now() },
    // No jitter in tests: reconnects come after half a second.
    chance: () => 0,
    log: pino({ level: 'silent' }),
    ...more,
  })
