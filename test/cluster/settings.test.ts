import { describe, expect, it } from 'vitest'
import { Services } from '../../config/schema.ts'
import { mustBeShared, readCluster } from '../../server/cluster/settings.ts'
import { readEnvironment } from '../../server/commands/environment.ts'

const REDIS = 'redis://127.0.0.1:6379'

describe('what makes a server one of several', () => {
  it('nothing does unless it is named', () => {
    expect(readCluster({ SANLING_REDIS: REDIS }, '/shared')).toBeUndefined()
    expect(readEnvironment({}).cluster).toBeUndefined()
  })
  it('name, Redis and the shared folder', () => {
    const env = { SANLING_CLUSTER: 'hall-1', SANLING_REDIS: REDIS, SANLING_SHARED: '/shared' }
    expect(readEnvironment(env).cluster).toEqual({ member: 'hall-1', redisUrl: REDIS, sharedDir: '/shared' })
  })
  it.each([
    [{ SANLING_CLUSTER: '大厅', SANLING_REDIS: REDIS, SANLING_SHARED: '/s' }, '不是成员名'],
    [{ SANLING_CLUSTER: 'a' }, '需要 Redis'],
    [{ SANLING_CLUSTER: 'a', SANLING_REDIS: 'http://x', SANLING_SHARED: '/s' }, '需要 Redis'],
    [{ SANLING_CLUSTER: 'a', SANLING_REDIS: REDIS }, '共用文件夹'],
  ])('%j is refused: %s', (env, why) => {
    expect(() => readEnvironment(env)).toThrow(why)
  })
  it('stores and broker of this machine alone are refused, all of them named', () => {
    expect(() => mustBeShared(Services.parse({}))).toThrow(/PostgreSQL.*Mosquitto.*InfluxDB/)
    const password = { env: 'P' }
    const shared = Services.parse({
      broker: { kind: 'mqtt', url: 'mqtt://b', username: 'server', password },
      metrics: { kind: 'influx', url: 'http://m', database: 'd' },
      records: { kind: 'postgres', url: { env: 'U' } },
    })
    expect(() => mustBeShared(shared)).not.toThrow()
  })
})
