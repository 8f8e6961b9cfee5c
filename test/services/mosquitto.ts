import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { findProgram, freePort, isRoot, type Service, startService, temporaryFolder } from './process.ts'

/** Does something listen there? */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })

/**
 * Mosquitto on a free loopback port. `config` replaces the default lines (anonymous, persistent, large queues, queue
 * saved at every change); listener, user and folder are always ours. `file`: a whole mosquitto.conf that listens on
 * `port`.
 */
export async function startMosquitto(
  options: { config?: string; port?: number; file?: string } = {},
): Promise<Service> {
  const program = findProgram('mosquitto', 'mosquitto')
  const folder = temporaryFolder('mosquitto')
  const port = options.port ?? (await freePort())
  const lines =
    options.config ??
    'allow_anonymous true\nmax_queued_messages 100000\nmax_inflight_messages 1000\nautosave_interval 1\nautosave_on_changes true'
  const own = [`listener ${port} 127.0.0.1`, 'persistence true', `persistence_location ${folder}/`]
  writeFileSync(join(folder, 'mosquitto.conf'), `${[...own, ...(isRoot ? ['user root'] : []), lines].join('\n')}\n`)
  return startService({
    name: 'Mosquitto',
    program,
    args: ['-c', options.file ?? join(folder, 'mosquitto.conf')],
    folder,
    port,
    url: `mqtt://127.0.0.1:${port}`,
    ready: () => listens(port),
  })
}
