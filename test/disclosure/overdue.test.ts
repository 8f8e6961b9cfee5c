import { afterEach, beforeEach, expect, it } from 'vitest'
import { tick } from '../helpers/records.ts'
import * as at from './house.ts'

/** 文书公开 past its day raises an alert, once, and takes it back. */
const DAY = 86_400_000
let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.records.close())
const look = () => tick(house.records, house.feature, 'disclosures-overdue')
const open = () => [...house.alerts.open.keys()]

it('tells nobody on the last day itself, and once after it', async () => {
  const { document } = await house.submit()
  expect(document.due).toBe('2026-12-01')
  house.records.clock.ms += 7 * DAY
  await look()
  expect(open()).toEqual([])
  house.records.clock.ms += DAY
  for (let n = 0; n < 3; n++) await look()
  expect(house.alerts.raised).toHaveLength(1)
  expect(house.alerts.raised[0]).toMatchObject({
    rule: 'disclosure.overdue',
    cause: `disclosure.overdue:${document.id}:2026-12-01`,
    values: { type: '起诉书', step: '审核', due: '2026-12-01' },
  })
  expect(JSON.stringify(house.alerts.raised)).not.toMatch(/王五|张三/)
})

it('takes it back when the document is not to be published', async () => {
  const { document } = await house.submit()
  house.records.clock.ms += 8 * DAY
  await look()
  expect(open()).toHaveLength(1)
  const ground = at.config.disclosure.grounds[0]?.id
  await house.step('reviewDisclosure', at.head, document.id, { decision: 'exclude', ground, reason: '涉及隐私' })
  await look()
  expect(open()).toEqual([])
  await look()
  expect(house.alerts.cleared).toHaveLength(1)
})

it('many at once are told together, none twice', async () => {
  for (let n = 0; n < 5; n++) await house.submit()
  house.records.clock.ms += 8 * DAY
  await look()
  await look()
  expect(house.alerts.raised).toHaveLength(5)
  expect(new Set(open()).size).toBe(5)
})
