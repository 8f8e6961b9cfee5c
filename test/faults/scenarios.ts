import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from './scenario.ts'

const FOLDER = join(import.meta.dirname, 'scenarios')

/** Every file of the folder, in the order of their names. */
export async function loadScenarios(): Promise<Scenario[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
  const modules = await Promise.all(
    files.sort().map((name) => import(join(FOLDER, name)) as Promise<{ default: Scenario }>),
  )
  return modules.map(({ default: scenario }) => scenario)
}

/** @throws Error in Chinese when a name is unknown */
export function select(all: readonly Scenario[], names: readonly string[]): Scenario[] {
  if (names.length === 0) return [...all]
  return names.map((name) => {
    const found = all.find((scenario) => scenario.name === name)
    if (!found) throw new Error(`没有故障 ${name}；可选：${all.map((one) => one.name).join(' ')}`)
    return found
  })
}
