/** The real demo server as `npm start` runs it, alone: no office, no collectors, nothing that speaks but the load. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LEAN, LEAN_V8 } from '../../../server/commands/start.ts'
import { temporaryFolder } from '../../services.ts'

export const ROOT = resolve(import.meta.dirname, '../../..')
const PROBE = join(import.meta.dirname, 'probe.ts')

export interface Weight {
  /** Event-loop delay since the last question, the timer's own interval taken off. */
  p99Ms: number
  maxMs: number
  cpuMs: number
  rssMb: number
}

/** A server under test; product and baseline look alike. */
export interface Contestant {
  url: string
  wallUrl: string
  wallKey: string
  mqtt: { url: string; username: string; password: string }
  pid: number
  /** What it costs; each question starts a new measurement. */
  weigh(): Promise<Weight>
  stop(): Promise<void>
}

/**
 * Sources that nobody feeds and rounds that nobody walks would ring in the middle of a measurement: one alert more is a
 * wrong count on the glass.
 */
function quietConfig(dataDir: string): string {
  const folder = join(dataDir, 'config')
  cpSync(join(ROOT, 'config'), folder, { recursive: true })
  change(join(folder, 'sources.yaml'), /staleAfterS: \d+/g, 'staleAfterS: 86400')
  change(join(folder, 'site.yaml'), /^ {2}rounds:\n(?: {4}- .*\n)+/m, '  rounds: []\n')
  return folder
}
const change = (file: string, what: RegExp, by: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(what, by))

export async function startHouse(): Promise<Contestant> {
  const dataDir = temporaryFolder('bench')
  const config = quietConfig(dataDir)
  return start(join(ROOT, 'server/commands/demo-server.ts'), [config], {
    ...LEAN,
    SANLING_DATA: join(dataDir, 'data'),
    SANLING_ANCHORS: join(dataDir, 'anchors'),
    SANLING_OFFICE: 'off',
    SANLING_HOST: '127.0.0.1',
    SANLING_PORT: '0',
    SANLING_MQTT_PORT: '0',
  })
}

/** Broker, Socket.IO and page with nothing in between. */
export const startBare = (): Promise<Contestant> => start(join(import.meta.dirname, 'bare.ts'), [], {})

async function start(file: string, args: string[], env: Record<string, string>): Promise<Contestant> {
  const log = openSync(join(temporaryFolder('bench-log'), 'out.log'), 'a')
  const profile = process.env.BENCH_PROF ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROF}`] : []
  const execArgv = [...LEAN_V8, '--import', PROBE, ...profile]
  const stdio: ('ignore' | 'ipc' | number)[] = ['ignore', log, process.env.BENCH_LOUD ? 2 : log, 'ipc']
  const child = fork(file, args, { env: { ...process.env, ...env }, execArgv, stdio })
  closeSync(log)
  const [ready] = (await heard(child, 'ready')) as [{ demo: Omit<Contestant, 'pid' | 'weigh' | 'stop'> }]
  return {
    ...ready.demo,
    pid: child.pid ?? 0,
    async weigh() {
      const answer = heard(child, 'weight')
      child.send('weigh')
      const [{ weight }] = (await answer) as [{ weight: Weight }]
      return weight
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The next message of that kind; a child that ends instead is an error. */
function heard(child: ChildProcess, kind: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const listen = (message: { kind?: string; why?: string }) => {
      if (message.kind === 'failed') reject(new Error(message.why))
      if (message.kind !== kind) return
      child.off('message', listen)
      resolve([message])
    }
    child.on('message', listen)
    child.once('exit', (code, signal) => reject(new Error(`ended: ${signal ?? code}`)))
  })
}
