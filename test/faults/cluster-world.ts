import { join } from 'node:path'
import { openHouse } from '../cluster/house.ts'
import { listens } from '../services/mosquitto.ts'
import type { Service } from '../services.ts'
import { doorLoad } from './load/doors.ts'
import { family, type Piece, processPiece } from './piece.ts'
import type { World } from './world.ts'

const ROOT = join(import.meta.dirname, '../..')

const servicePiece = (name: string, service: Service): Piece => ({
  name,
  start: () => service.restart(),
  kill9: () => service.kill9(),
  pids: () => family(service.pid),
  ready: () => listens(service.port),
  stop: async () => 0,
})

/** Several servers on PostgreSQL, Redis, Mosquitto and influxd, behind a proxy; collectors and loads as everywhere. */
export async function openClusterWorld(count: number): Promise<World> {
  const house = await openHouse(count)
  const { dataDir, config, secrets, servers, services, demo } = house
  const devices = config.sources.sources.flatMap((source) => (source.kind === 'hikvision' ? source.devices : []))
  const doors = doorLoad(
    dataDir,
    devices.map(({ id }) => id),
    secrets['device.hik'] ?? '',
  )
  let startedAt = 0
  const collectors = processPiece({
    name: 'collectors',
    file: join(ROOT, 'collectors/main.ts'),
    args: ['--config', join(ROOT, 'config')],
    env: () => {
      startedAt = performance.now()
      return {
        SANLING_DATA: dataDir,
        SANLING_OFFICE: 'off',
        SANLING_BROKER_URL: demo.mqtt.url,
        SANLING_SYSLOG_PORT: '0',
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
      }
    },
    logFile: join(dataDir, 'logs/collectors.log'),
    ready: async () => doors.heardAt() > startedAt,
  })
  const pieces = [...servers, collectors]
  const every = [
    ...pieces,
    servicePiece('redis', services.redis),
    servicePiece('broker', services.broker),
    servicePiece('influx', services.influx),
    servicePiece('postgres', services.postgres),
  ]
  return {
    dataDir,
    config,
    boot: pieces,
    pieces,
    doors,
    influx: services.influx,
    postgres: services.postgres,
    proxies: {},
    records: { kind: 'postgres', url: house.recordsUrl },
    disks: undefined,
    shim: undefined,
    piece: (name) => {
      const found = every.find((piece) => piece.name === name)
      if (!found) throw new Error(`no part ${name}`)
      return found
    },
    demo: () => demo,
    stopProduct: async () => Math.max(...(await Promise.all(pieces.map((piece) => piece.stop())))),
    close: async () => {
      await collectors.kill9()
      await house.close()
    },
  }
}
