import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type ClusterSettings, readCluster } from '../cluster/settings.ts'

/** The environment of contract.md, read in one place. */
export interface Environment {
  port: number | undefined
  host: string | undefined
  dataDir: string | undefined
  mqttPort: number | undefined
  /** One of several servers; undefined = the only one. */
  cluster?: ClusterSettings | undefined
}

/** @throws Error in Chinese that names the variable */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  return {
    port: portOf('SANLING_PORT', env),
    host: env.SANLING_HOST || undefined,
    dataDir: env.SANLING_DATA ? resolve(env.SANLING_DATA) : undefined,
    mqttPort: portOf('SANLING_MQTT_PORT', env),
    cluster: readCluster(env, env.SANLING_SHARED ? resolve(env.SANLING_SHARED) : undefined),
  }
}

const SERVED = './data/server'
const DEMO = './data/demo'

/**
 * The data folder of a command that works on what is there (doctor, verify, backup): SANLING_DATA, else the production
 * folder if it has records, else the demo's.
 */
export const presentDataDir = (env: NodeJS.ProcessEnv = process.env): string =>
  readEnvironment(env).dataDir ?? resolve([SERVED, DEMO].find((dir) => existsSync(join(dir, 'records.sqlite'))) ?? DEMO)

function portOf(name: string, env: NodeJS.ProcessEnv): number | undefined {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`环境变量 ${name}=${text} 不是端口号（0–65535，0 为自动选取）`)
  return port
}
