import { listens } from './mosquitto.ts'
import { findProgram, freePort, type Service, startService, temporaryFolder } from './process.ts'

/** Redis without persistence. */
export async function startRedis(options: { port?: number } = {}): Promise<Service> {
  const program = findProgram('redis-server', 'redis-server')
  const folder = temporaryFolder('redis')
  const port = options.port ?? (await freePort())
  return startService({
    name: 'Redis',
    program,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    folder,
    port,
    url: `redis://127.0.0.1:${port}`,
    ready: () => listens(port),
  })
}
