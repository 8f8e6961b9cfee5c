import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Migration } from '../../feature.ts'
import { judgeStanding } from '../../upkeep/upgrade.ts'
import { type Check, type Finding, fail, ok, warn } from './check.ts'
import { configOf } from './config.ts'

const ROOMS = resolve(import.meta.dirname, '../..')
const STEP = /\bid: '([a-z][a-z0-9-]*\/\d{3}-[a-z0-9-]+)'/g

/** Every step of the records' schema that this program knows, read from its rooms: nothing needs to be put together. */
export function knownSteps(folder = ROOMS): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(STEP)])
    .map(([, id = '']) => id)
}

/** Data of an older program are brought up at the next start, after a backup; those of a newer one are refused. */
export const schemaCheck: Check = {
  subject: '数据版本',
  look: async (place) => {
    const file = join(place.dataDir, 'records.sqlite')
    if (configOf(place)?.services.records.kind !== 'sqlite' || !existsSync(file)) return []
    const applied = appliedIn(file)
    return applied === undefined ? [] : [standing(applied)]
  },
}

/** Undefined when it cannot be read: the check of the records says why. */
function appliedIn(file: string): string[] | undefined {
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      return db
        .prepare('select id from migration')
        .all()
        .map(({ id }) => String(id))
    } finally {
      db.close()
    }
  } catch {
    return undefined
  }
}

function standing(applied: readonly string[]): Finding {
  // Steps of several servers are taken on PostgreSQL alone.
  const own = knownSteps().filter((id) => !id.startsWith('cluster/'))
  const steps = own.map((id): Migration => ({ id, up: async () => undefined }))
  const found = judgeStanding(applied, steps)
  if (found.kind === 'newer')
    return fail(
      `数据已由更新的程序使用过（有不认识的步骤 ${found.unknown.slice(0, 3).join('、')}）`,
      '换回较新的程序，或把升级前的备份（before-upgrade-…）恢复到空目录后使用',
    )
  return found.kind === 'older'
    ? warn(
        `数据由较旧的程序写成，差 ${found.missing.length} 步`,
        '下次启动时自动备份并升级；请确认备份目录放得下一份数据',
      )
    : ok(`与程序一致（${applied.length} 步）`)
}
