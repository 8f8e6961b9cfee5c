import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DeskCall } from '../../collectors/office/desk-http.ts'
import { chanceOf } from '../../collectors/office/random.ts'
import { KEEP_WAITING, WindowPlayer } from '../../collectors/office/window-player.ts'
import { Refusal } from '../../server/refusal.ts'
import * as at from './house.ts'

/** The simulated office's window against the product's own rules. */
let house: at.House
beforeEach(async () => {
  house = await at.house({ petitions: true })
})
afterEach(() => house.close())

const matches = (path: string, asked: string): Record<string, string> | undefined => {
  const pattern = path.replace(/\{(\w+)\}/g, (_whole, name: string) => `(?<${name}>[^/]+)`)
  const found = new RegExp(`^${pattern}$`).exec(asked)
  return found ? { ...found.groups } : undefined
}
const call: DeskCall = async (_as, method, path, body) => {
  const url = new URL(path, 'http://house')
  for (const { spec } of house.window.routes ?? []) {
    const params = spec.method === method ? matches(spec.path, url.pathname) : undefined
    if (!params) continue
    try {
      const query = Object.fromEntries(url.searchParams)
      const answer = await house.call(spec.id, method === 'GET' ? { params, query } : { params, body })
      return { status: spec.status, body: answer }
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: undefined }
      throw error
    }
  }
  return { status: 404, body: undefined }
}

it('hands in, answers, and always leaves something to do', async () => {
  const stumbles: unknown[] = []
  const player = new WindowPlayer({
    call,
    chance: chanceOf('window'),
    first: true,
    now: at.NOON,
    speed: 1,
    stumbled: (error) => stumbles.push(error),
  })
  for (let minute = 0; minute < 240; minute++) {
    house.records.clock.ms = at.NOON + minute * 60_000
    player.tick(house.records.clock.ms)
    await player.settled()
  }
  expect(stumbles).toEqual([])
  const [filings, appointments] = [await house.filings(), await house.appointments()]
  expect(filings.length).toBeGreaterThan(8)
  expect(filings.filter(({ state }) => state === 'received')).toHaveLength(KEEP_WAITING)
  expect(filings.some(({ state }) => state === 'accepted')).toBe(true)
  expect(filings.some(({ anonymous }) => anonymous)).toBe(true)
  expect(appointments.filter(({ state }) => state === 'received')).toHaveLength(KEEP_WAITING)
  expect(house.matters.length).toBe(filings.filter(({ matter }) => matter !== null).length)
})
