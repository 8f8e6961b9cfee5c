import { type DrillDeps, type DrillFeature, drillFeature } from '../../server/drill/index.ts'
import type { ShownWall } from '../../server/drill/underway.ts'
import type { Heard } from '../../server/drill/wire.ts'
import type { Feature, Principal } from '../../server/feature.ts'
import { type Office, officer, openOffice, sqliteStore } from '../alerts/office.ts'
import { demoConfig } from '../helpers/office.ts'
import { type TestRecords, taskLog, tick } from '../helpers/records.ts'

/** The alerts' office with the drill beside it; the wire hands over when the test says so. */
export interface DrillHouse {
  office: Office
  feature: DrillFeature
  tasks: ReturnType<typeof taskLog>
  walls: ShownWall[]
  sent: { id: string; payload: string; heard: Heard }[]
  stopped: number
  /** The broker hands over what was sent last. */
  arrive(): Promise<void>
  tick(name?: string): Promise<void>
  call(id: string, input?: { params?: unknown; body?: unknown; query?: unknown; person?: Principal }): Promise<never>
  close(): Promise<void>
}
export const drillOfficer: Principal = {
  ...officer,
  permissions: new Set([...officer.permissions, 'drills.read', 'drills.run']),
}

export async function drillHouse(startMs: number, over: Partial<DrillDeps> = {}): Promise<DrillHouse> {
  const store = sqliteStore()
  let feature: DrillFeature
  const office = await openOffice(
    store,
    {
      drill: {
        isUnderWay: (id) => feature.watch.isUnderWay(id),
        decided: (event, turn) => feature.watch.decided(event, turn),
      },
    },
    startMs,
  )
  const tasks = taskLog()
  const walls: ShownWall[] = []
  const sent: DrillHouse['sent'] = []
  let ids = 0
  const make = () =>
    drillFeature({
      config: demoConfig(),
      records: office.store,
      tasks,
      wire: {
        async send({ id, payload }, heard) {
          sent.push({ id, payload, heard })
          heard.published()
        },
        stop: async () => {
          house.stopped++
        },
      },
      now: () => office.clock.ms,
      newId: () => `drill-${++ids}`,
      walls: () => walls,
      announcedAt: () => office.clock.ms,
      cards: office.feature.drills,
      openAlerts: office.feature.open,
      alone: true,
      failed: (error) => {
        throw error
      },
      ...over,
    })
  feature = make()
  await office.store.migrate(feature.migrations ?? [])
  const house: DrillHouse = {
    office,
    get feature() {
      return feature
    },
    set feature(next) {
      feature = next
    },
    tasks,
    walls,
    sent,
    stopped: 0,
    async arrive() {
      const last = sent.at(-1)
      if (!last) throw new Error('nothing was sent')
      const { type, object, severity, data } = JSON.parse(last.payload)
      await office.says(office.event(type, object, { id: last.id, severity, data, collector: 'drill' }))
    },
    tick: (name) => tick({ store: office.store } as TestRecords, feature as Feature, name),
    async call(id, { params, body, query, person = drillOfficer } = {}) {
      const route = feature.routes?.find(({ spec }) => spec.id === id)
      if (!route) throw new Error(`no route ${id}`)
      const answer = await route.handle({
        person,
        params: route.spec.params.parse(params),
        query: route.spec.query.safeParse(undefined).success ? undefined : route.spec.query.parse(query ?? {}),
        body: route.spec.body.parse(body),
        now: office.clock.ms,
        ip: '127.0.0.1',
        headers: {},
        setCookie: () => undefined,
      })
      return route.spec.answer.parse(answer) as never
    },
    async close() {
      await office.close()
      store.remove()
    },
  }
  return house
}
