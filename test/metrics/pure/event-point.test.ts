import { expect, test } from 'vitest'
import type { StoredEvent } from '../../../server/feature.ts'
import { eventPoint } from '../../../server/metrics/event-point.ts'
import { precheck } from '../../../server/metrics/precheck.ts'
import { SCHEMA } from '../../../server/metrics/schema.ts'
import { NOON } from '../points.ts'

const event = (part: Partial<StoredEvent> = {}): StoredEvent => ({
  id: '019a3f5c2b10-9f3c0000000000000000',
  type: 'access.granted',
  family: 'access_event',
  domain: 'access',
  collector: 'hik-a',
  device: 'hik:DS-K1T3-0042',
  object: 'door:E1',
  severity: 'info',
  observedAt: '2026-11-24T08:31:05+08:00',
  observedMs: NOON,
  receivedMs: NOON + 5,
  backfill: false,
  data: { credential: 'face', person: 'h:7be1', reader: 1, name: '张某', whatever: [1] },
  ...part,
})

test('declared tags and fields only; a person as hash', () => {
  expect(eventPoint(event())).toEqual({
    measurement: 'access_event',
    at: NOON,
    eventId: '019a3f5c2b10-9f3c0000000000000000',
    tags: {
      credential: 'face',
      type: 'access.granted',
      domain: 'access',
      collector: 'hik-a',
      severity: 'info',
      device: 'hik:DS-K1T3-0042',
      object: 'door:E1',
      door: 'door:E1',
    },
    fields: {
      person_h: 'h:7be1',
      reader: 1,
      eid: '019a3f5c2b10-9f3c0000000000000000',
      observed_ms: NOON,
      received_ms: NOON + 5,
      backfill: false,
    },
  })
})

test('a clear name in the place of a hash stays out', () => {
  expect(eventPoint(event({ data: { person: '张某' } })).fields).not.toHaveProperty('person_h')
})

test('what an event says of itself goes before what its data claims', () => {
  const data = { type: 'door.forced', collector: 'other', eid: 'x', observed_ms: 1, backfill: true }
  const point = eventPoint(event({ data }))
  expect(point.tags).toMatchObject({ type: 'access.granted', collector: 'hik-a' })
  expect(point.fields).toMatchObject({ eid: event().id, observed_ms: NOON, backfill: false })
})

test('the point of every family passes the check', () => {
  for (const family of [
    'terminal_event',
    'door_event',
    'patrol_event',
    'case_event',
    'collector_event',
    'pipeline_event',
  ] as const)
    expect(precheck(eventPoint(event({ family, object: null, device: null, data: {} })), SCHEMA).ok).toBe(true)
})
