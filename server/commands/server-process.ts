import { ConfigError } from '../../config/load.ts'
import type { House } from '../main.ts'
import { EXIT_MISCONFIGURED } from './child.ts'

const STOP_LIMIT_MS = 4500

/**
 * Runs a house until a signal comes or the supervisor is gone; says in Chinese why it could not start.
 * @param build makes the house; a throw means «not configured for running», and nobody need try again
 */
export async function runServer(build: () => Promise<House>, ready: (house: House) => void): Promise<void> {
  let house: House | undefined
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref()
    await house?.stop()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
  process.on('disconnect', () => void stop())
  try {
    const built = await build()
    house = built
    await built.start()
    ready(built)
  } catch (error) {
    if (stopping) return
    const why = error instanceof ConfigError ? error.message : `服务无法启动：${(error as Error).message}`
    process.stderr.write(`${why}\n`)
    process.send?.({ kind: 'failed', why })
    await house?.stop().catch(() => undefined)
    process.exit(EXIT_MISCONFIGURED)
  }
}
