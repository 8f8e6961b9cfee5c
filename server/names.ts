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
