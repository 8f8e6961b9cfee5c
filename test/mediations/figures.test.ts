import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Figure } from '../../contract/figures.ts'
import { MediationPanel } from '../../contract/panels/mediations.ts'
import { isLate } from '../../server/mediations/figures.ts'
import * as at from './house.ts'

const DAY = 24 * at.HOUR
let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.records.close())

const panel = async (): Promise<MediationPanel> =>
  MediationPanel.parse(await house.feature.panels?.[0]?.load(house.records.clock.ms))
const figures = async (): Promise<Record<string, Figure>> => {
  const all = await house.feature.figures?.[0]?.list(house.records.clock.ms)
  return Object.fromEntries((all ?? []).map((one) => [one.name, one]))
}
const counts = ({ steps }: MediationPanel) => Object.fromEntries(steps.map(({ id, count }) => [id, count]))

describe('the panel 矛盾纠纷化解', () => {
  it('counts each mediation in its step, and says nothing before there is something', async () => {
    expect(await panel()).toMatchObject({ open: 0, year: { agreed: 0, failed: 0, refused: 0, rate: null } })
    await house.apply()
    await house.session()
    await house.agreed()
    expect(counts(await panel())).toEqual({ admit: 1, prepare: 0, session: 1, signing: 0, follow: 1 })
    expect(await panel()).toMatchObject({ open: 3, year: { agreed: 1, rate: 100 }, duties: { open: 1 } })
  })

  it('tells agreed from failed and from refused, and the rate leaves the refused out', async () => {
    await house.agreed()
    const { id } = await house.session()
    await house.step('failMediation', id, { reason: 'no-agreement', note: '分歧过大' })
    const refused = await house.apply()
    for (const visitor of await house.guests(refused))
      await house.guest('consentMediation', visitor, { body: { agree: true } })
    const found = at.EXCLUSIONS.slice(0, 1)
    await house.step('judgeMediation', refused.id, { checked: at.EXCLUSIONS, found, note: '不宜调解' })
    const board = { open: 1, year: { agreed: 1, failed: 1, refused: 1, rate: 50 } }
    expect(await panel()).toMatchObject(board)
    await house.step('archiveMediation', refused.id, { note: '归档' })
    await house.step('archiveMediation', id, { note: '归档' })
    expect(await panel()).toMatchObject(board)
    expect((await figures())['mediation.agreed-rate']).toMatchObject({ value: 50, unit: '%', state: 'ok' })
  })

  it('is late after the term, and after the day of a duty, and never once it is archived', async () => {
    await house.session()
    const { id } = await house.agreed()
    house.records.clock.ms += 17 * DAY
    const late = (await panel()).steps.filter(({ overdue }) => overdue > 0).map((step) => step.id)
    expect(late).toEqual(['follow'])
    house.records.clock.ms += 18 * DAY
    expect((await figures())['mediation.overdue']?.value).toBe(2)
    await house.step('followMediationDuty', id, { duty: 'd1', state: 'breached', note: '未履行' })
    await house.step('confirmMediation', id, { state: 'applied', note: '已申请' })
    expect(await panel()).toMatchObject({ duties: { done: 0, open: 0, breached: 1 } })
    await house.step('archiveMediation', id, { note: '归档' })
    expect((await figures())['mediation.overdue']?.value).toBe(1)
  })

  it('gives the rows behind every figure without a name', async () => {
    await house.agreed()
    const all = await figures()
    expect(all['mediation.open']?.rows).toMatchObject([{ 环节: '已达成', 来自信访: '否' }])
    expect(JSON.stringify(all)).not.toMatch(/张甲|李乙/)
    expect(all['mediation.kept-rate']?.value).toBeNull()
  })

  it('pure: no day is late on itself', () => {
    const one = { stage: 'session', due: '2026-12-01', confirmation: null, performance: [] } as const
    expect(isLate({ ...one, performance: [] }, '2026-12-01')).toBe(false)
    expect(isLate({ ...one, performance: [] }, '2026-12-02')).toBe(true)
    expect(isLate({ ...one, stage: 'failed', performance: [] }, '2027-01-01')).toBe(false)
  })
})
