import { existsSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { findProgram } from './services/process.ts'
import { startInflux, startMosquitto, startPostgres, startRedis } from './services.ts'

describe('real services for the tests', () => {
  test('Mosquitto, influxd and Redis start, are killed, come back on the same port, and end', async () => {
    for (const start of [startMosquitto, startInflux, startRedis]) {
      const service = await start()
      const first = service.pid
      await service.kill9()
      await service.restart()
      expect(service.pid).not.toBe(first)
      const last = service.pid
      await service.stop()
      expect(existsSync(`/proc/${last}`)).toBe(false)
    }
  })

  test('PostgreSQL gives separate empty databases and keeps them over kill -9', async () => {
    const postgres = await startPostgres()
    const [one, two] = [await postgres.freshDatabase(), await postgres.freshDatabase()]
    expect(one).not.toBe(two)
    const before = new pg.Client(one)
    before.on('error', () => undefined)
    await before.connect()
    await before.query('create table t (a int)')
    await postgres.kill9()
    await postgres.restart()
    const after = new pg.Client(one)
    await after.connect()
    expect((await after.query('select * from t')).rows).toEqual([])
    expect((await after.query('show fsync')).rows).toEqual([{ fsync: 'on' }])
    await after.end()
    await postgres.stop()
  })

  test('a missing program is named in Chinese with its package', () => {
    expect(() => findProgram('no-such-broker', 'mosquitto')).toThrow(
      /缺少程序 no-such-broker.*apt-get install mosquitto/,
    )
  })
})
