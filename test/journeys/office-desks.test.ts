import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ChangePlayer } from '../../collectors/office/change-player.ts'
import { ClockPlayer, FIRST_ACTS } from '../../collectors/office/clock-player.ts'
import { deskHttp, guestHttp } from '../../collectors/office/desk-http.ts'
import { FIRST_MEDIATIONS, MediationPlayer } from '../../collectors/office/mediation-player.ts'
import { FIRST_LEAVES, MemberPlayer } from '../../collectors/office/member-player.ts'
import { FIRST_REGISTERED, MonitoringPlayer } from '../../collectors/office/monitoring-player.ts'
import { FIRST_MATTERS, PetitionPlayer } from '../../collectors/office/petition-player.ts'
import { chanceOf } from '../../collectors/office/random.ts'
import { FIRST_REVIEWS, ReviewPlayer } from '../../collectors/office/review-player.ts'
import { type Demo, Product } from '../commands/product.ts'
import { demoConfig } from '../helpers/office.ts'

/** The office's players against the real product: its rules say which of their moves stand. */
const product = new Product()
const START = Date.parse('2026-11-24T09:00:00+08:00')
let demo: Demo
const troubles: unknown[] = []
const closing = new AbortController()
const common = () => ({
  call: deskHttp(product.dataDir, closing.signal),
  first: true,
  now: START,
  speed: 1,
  stumbled: (error: unknown) => troubles.push(error),
})

const get = async (path: string, role = 'case-management') => {
  const token = demo.accounts.find(({ roles }) => roles.includes(role))?.token
  const answer = await fetch(`${demo.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(200)
  return answer
}
type Review = { step: string; grade: string | null; kind: string | null }
const reviews = async () => ((await (await get('/reviews?limit=1000')).json()) as { items: Review[] }).items

beforeAll(async () => {
  demo = await product.launch().ready()
  await vi.waitUntil(
    async () =>
      ((await (await get('/cases?state=closed&limit=200')).json()) as { items: unknown[] }).items.length >= 200,
    { timeout: 40_000, interval: 300 },
  )
}, 100_000)
afterAll(async () => {
  closing.abort()
  await product.stop()
})

test('nobody signs in as a colleague: their tokens lie apart, for the owner alone', async () => {
  const desks = JSON.parse(readFileSync(join(product.dataDir, 'office', 'desks.json'), 'utf8')) as object
  expect(Object.keys(desks).length).toBeGreaterThan(10)
  expect(demo.accounts.some(({ username }) => username.startsWith('office.'))).toBe(false)
  const [username] = Object.keys(desks)
  const answer = await fetch(`${demo.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'anything at all' }),
  })
  expect(answer.status).toBe(401)
})

test('cases are checked, judged, objected to, and decided, each by who may', async () => {
  const judged = (all: readonly Review[]) => all.filter(({ step, grade }) => step === 'archived' && grade !== null)
  let found: Review[] = []
  // Whose turn it is is chance, and the product's own office works beside: more mornings where one is not enough.
  for (let morning = 0; morning < 5 && judged(found).length < 2; morning += 1) {
    const now = START + morning * 86_400_000
    const player = new ReviewPlayer({
      ...common(),
      now,
      site: demoConfig().site,
      rules: demoConfig().review,
      chance: chanceOf(`reviews-${morning}`),
      nonce: () => 'ab'.repeat(32),
    })
    for (let visit = 0; visit < 28; visit += 1) {
      player.tick(now + 120_000 + visit * 16_000)
      await player.settled()
    }
    found = await reviews()
  }
  expect(troubles).toEqual([])
  expect(found.length).toBeGreaterThanOrEqual(FIRST_REVIEWS)
  expect(found.some(({ step }) => step === 'filed')).toBe(true)
  expect(judged(found).length).toBeGreaterThan(1)
  const chain = await (await get('/chains/review.ndjson')).text()
  const types = new Set(
    chain
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { type: string }).type),
  )
  for (const type of ['sample.completed', 'review.evaluate', 'review.answer', 'review.decide'])
    expect(types.has(type)).toBe(true)
}, 120_000)

test('problems of flow are registered, noticed, answered, and judged by another', async () => {
  const player = new MonitoringPlayer({ ...common(), site: demoConfig().site, chance: chanceOf('monitoring') })
  for (let visit = 0; visit < 8; visit += 1) {
    player.tick(START + 130_000 + visit * 21_000)
    await player.settled()
  }
  expect(troubles).toEqual([])
  type Findings = { items: { stage: string; noticeNo: string | null }[] }
  const { items } = (await (await get('/monitoring/findings?limit=1000')).json()) as Findings
  expect(items.filter(({ stage }) => stage !== 'recorded').length).toBeGreaterThanOrEqual(FIRST_REGISTERED)
  expect(items.some(({ noticeNo }) => noticeNo?.startsWith('流监通〔'))).toBe(true)
  expect(items.some(({ stage }) => stage === 'corrected')).toBe(true)
}, 30_000)

test('petitions are registered, judged, told, handed on, lowered by another and closed', async () => {
  const player = new PetitionPlayer({ ...common(), config: demoConfig(), chance: chanceOf('petitions') })
  for (let visit = 0; visit < 14; visit += 1) {
    player.tick(START + 120_000 + visit * 16_000)
    await player.settled()
  }
  expect(troubles).toEqual([])
  type Matters = { items: { stage: string; colour: string | null; open: boolean }[] }
  const { items } = (await (await get('/petitions?state=all&limit=500')).json()) as Matters
  expect(items.length).toBeGreaterThanOrEqual(FIRST_MATTERS)
  expect(items.some(({ stage, open }) => stage === 'revisit' && !open)).toBe(true)
  expect(items.some(({ stage }) => stage === 'resolve')).toBe(true)
  const chain = await (await get('/chains/petitions.ndjson')).text()
  for (const step of ['register', 'assess', 'warn', 'assign', 'resolve', 'feedback', 'downgrade', 'close'])
    expect(chain).toContain(`"petition.${step}"`)
}, 60_000)

test('disputes are mediated: parties come in by link and code, read, sign, and keep their word or do not', async () => {
  type Mediations = { items: { stage: string; matter: string | null }[] }
  const list = async () => ((await (await get('/mediations?limit=500')).json()) as Mediations).items
  const now = Date.now()
  const player = new MediationPlayer({
    ...common(),
    guest: guestHttp(product.dataDir, closing.signal),
    config: demoConfig(),
    chance: chanceOf('mediations'),
    now,
  })
  const chain = async () => (await get('/chains/mediations.ndjson')).text()
  // Sessions are held half a minute after they are called: its own clock is ahead, and the product's comes after.
  for (let visit = 0; visit < 19 && !(await chain()).includes('"mediation.agreed"'); visit += 1) {
    player.tick(now + 110_000 + visit * 16_000)
    await player.settled()
  }
  expect(troubles).toEqual([])
  expect((await list()).length).toBeGreaterThanOrEqual(FIRST_MEDIATIONS)
  const said = await chain()
  for (const step of [
    'apply',
    'identify',
    'enter',
    'consent',
    'suitability',
    'mediator',
    'schedule',
    'rights',
    'sign',
    'agreed',
  ])
    expect(said).toContain(`"mediation.${step}"`)
}, 60_000)

test('some are on leave, nobody at a desk that a visitor may use', async () => {
  const player = new MemberPlayer({ ...common(), chance: chanceOf('members'), mayLeave: (id) => id !== 'p07' })
  player.tick(START + 60_000)
  await player.settled()
  expect(troubles).toEqual([])
  const { items } = (await (await get('/assignments/load')).json()) as { items: { id: string; onLeave: boolean }[] }
  const away = items.filter(({ onLeave }) => onLeave).map(({ id }) => id)
  expect(away.length).toBeGreaterThanOrEqual(FIRST_LEAVES)
  expect(away).not.toContain('p07')
})

test('clocks stand still for appraisals and suspensions, and say so in the ledger', async () => {
  const player = new ClockPlayer({ ...common(), chance: chanceOf('clocks'), now: Date.now() })
  for (let visit = 0; visit < FIRST_ACTS.length; visit += 1) {
    player.tick(Date.now() + 140_000 + visit * 21_000)
    await player.settled()
  }
  expect(troubles).toEqual([])
  const { items } = (await (await get('/cases?state=open&limit=1000')).json()) as {
    items: { id: string; due: string | null }[]
  }
  const still = items.filter(({ due }) => due === null)
  expect(still.length).toBeGreaterThan(0)
  const { stopped } = (await (await get(`/cases/${still[0]?.id}/ledger`)).json()) as { stopped?: { by: string } }
  expect(stopped?.by).toMatch(/^(suspend|pause|return)$/)
}, 30_000)

test('handlers change: one drawn anew, one refused, one that waits for a decision', async () => {
  const drew: string[] = []
  const player = new ChangePlayer({
    ...common(),
    chance: chanceOf('changes'),
    nonce: () => 'cd'.repeat(32),
    drew: (caseNo) => drew.push(caseNo),
  })
  for (let visit = 0; visit < 3; visit += 1) {
    player.tick(START + 175_000 + visit * 26_000)
    await player.settled()
  }
  expect(troubles).toEqual([])
  const { items } = (await (await get('/assignments?kind=change')).json()) as { items: { state: string }[] }
  expect(items.map(({ state }) => state).sort()).toEqual(['approved', 'proposed', 'rejected'])
  expect(drew).toHaveLength(1)
}, 30_000)
