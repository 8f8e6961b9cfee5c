import type { Feature, Reader } from '../feature.ts'
import { figure } from '../figure.ts'
import { Cluster, type ClusterDeps } from './cluster.ts'
import { clusterMigrations } from './tables.ts'

export { joinLine, SESSION } from './line.ts'
export { mustBeShared } from './settings.ts'
export { oneAfterAnother } from './starting.ts'

/** A member that has not been heard for so long counts as gone. */
const HERE_MS = 10_000
const STALE_AFTER_S = 30

/** Only what several servers need is loaded here; the Redis client comes with `listen`. */
export const openCluster = (deps: ClusterDeps): Cluster => new Cluster(deps)

/** What people see of it: how many servers work, and each of them as a row. */
export function clusterFeature(cluster: Cluster, read: Reader): Feature {
  return {
    name: 'cluster',
    migrations: clusterMigrations,
    figures: [
      {
        permission: 'figures.read',
        names: ['pipeline.servers'],
        async list(now) {
          const members = await cluster.members(read)
          const isHere = (one: (typeof members)[number]) => one.leftMs === null && one.silentMs < HERE_MS
          const parts = {
            name: 'pipeline.servers',
            title: '在岗服务器',
            value: members.filter(isHere).length,
            unit: '台',
            formula: '最近 10 秒内向业务库报到、且没有退出的服务器',
            rows: members.map((one) => ({
              name: one.id,
              url: one.url,
              version: one.version,
              state: isHere(one) ? 'ok' : one.leftMs === null ? 'silent' : 'left',
              silentS: Math.round(one.silentMs / 100) / 10,
              timers: one.leads,
              notices: cluster.heard,
            })),
          }
          return [figure(parts, { source: '自检', at: now, staleAfterS: STALE_AFTER_S, state: 'ok' }, now)]
        },
      },
    ],
  }
}
