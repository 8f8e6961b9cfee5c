import type { Config } from '../config/load.ts'
import type { ObjectWords } from './alerts/index.ts'

/** What people call the things that events name: doors, terminals, routes, points, sources. */
export function objectNames({ site, sources }: Config): (object: string) => ObjectWords | undefined {
  const words = new Map<string, ObjectWords>()
  for (const { id, name, heldS, hours } of site.doors) {
    const values = { limit: heldS, ...(hours ? { hours: `${hours.from}–${hours.to}` } : {}) }
    words.set(id, { name, values })
  }
  for (const { host } of site.terminals) for (const id of [host, `terminal:${host}`]) words.set(id, { name: host })
  for (const { id, name } of site.patrol.routes) for (const key of [id, `route:${id}`]) words.set(key, { name })
  for (const { id, name } of site.patrol.points) for (const key of [id, `point:${id}`]) words.set(key, { name })
  for (const source of sources.sources) {
    for (const key of [source.id, `collector:${source.id}`]) words.set(key, { name: source.name })
    if ('devices' in source) for (const { id } of source.devices) words.set(id, { name: `控制器 ${id}` })
  }
  words.set('selftest', { name: '告警通路' })
  return (object) => words.get(object)
}

/** The same things as they are registered: what an evidence pack says of them. Undefined = not registered. */
export function objectRows({ site, sources }: Config): (object: string) => unknown {
  const rows = new Map<string, unknown>()
  for (const door of site.doors) rows.set(door.id, door)
  for (const terminal of site.terminals)
    for (const key of [terminal.host, `terminal:${terminal.host}`]) rows.set(key, terminal)
  for (const route of site.patrol.routes) for (const key of [route.id, `route:${route.id}`]) rows.set(key, route)
  for (const { id, name, kind, staleAfterS } of sources.sources)
    for (const key of [id, `collector:${id}`]) rows.set(key, { id, name, kind, staleAfterS })
  return (object) => rows.get(object)
}
