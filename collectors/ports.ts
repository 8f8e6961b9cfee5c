import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Ports = z.record(z.string(), z.record(z.string(), z.int()))
/** Who listens where: collector or device id → kind (`udp`, `tcp`, `http`) → port. */
export type Ports = z.infer<typeof Ports>

const FILE = 'ports.json'

/** Ports that this data folder's collectors and simulated devices took; empty when there is no such file yet. */
export function readPorts(dataDir: string): Ports {
  try {
    return Ports.parse(JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')))
  } catch {
    return {}
  }
}

/** Adds to ports.json, all at once (tmp + rename). */
export function writePorts(dataDir: string, name: string, ports: Readonly<Record<string, number>>): void {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, FILE)
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ ...readPorts(dataDir), [name]: ports }, null, 2)}\n`)
  renameSync(`${file}.tmp`, file)
}
