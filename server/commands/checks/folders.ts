import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { anchorFolder } from '../../anchor.ts'
import { backupFolder } from '../../upkeep/places.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'

const GB = 1024 ** 3

/** The folder itself, or the first above it that is there: looking creates nothing. */
const nearest = (path: string): string => (existsSync(path) || path === dirname(path) ? path : nearest(dirname(path)))

export interface Folder {
  name: string
  path: string
  variable: string
}
const foldersOf = ({ dataDir }: Place): Folder[] => [
  { name: '数据目录', path: dataDir, variable: 'SANLING_DATA' },
  { name: '存证目录', path: anchorFolder(dataDir), variable: 'SANLING_ANCHORS' },
  { name: '备份目录', path: backupFolder(dataDir), variable: 'SANLING_BACKUPS' },
]

export const diskCheck: Check = {
  subject: '磁盘',
  look: async (place) => foldersOf(place).map(room),
}

function room({ name, path, variable }: Folder): Finding {
  const { bavail, bsize, files, ffree } = statfsSync(nearest(path))
  const free = (bavail * bsize) / GB
  const text = `${name} ${path} 可用 ${free.toFixed(1)} GB`
  const mend = `腾出空间（可删 logs/ 旧文件、exports/、过期备份；不要删 records.sqlite* 与 spool/），或用 ${variable} 换到更大的分区`
  if (files > 0 && ffree < 1000) return fail(`${name} ${path} 的文件数已到上限（inode 用尽）`, mend)
  if (free < 1) return fail(text, mend)
  return free < 10 ? warn(text, mend) : ok(text)
}

export const rightsCheck: Check = {
  subject: '权限',
  look: async (place) => {
    const found = foldersOf(place).flatMap((folder) => rights(folder))
    const open = [place.dataDir, ...privateFiles(place.dataDir)]
      .filter((path) => existsSync(path))
      .flatMap(openToOthers)
    return [...found, ...open].some(({ level }) => level !== 'ok')
      ? [...found, ...open]
      : [ok('各目录可写，密钥仅所有者可读')]
  },
}

/** A folder that is not there is made at the start, so the one above it counts. */
export function rights({ name, path, variable }: Folder, access: typeof accessSync = accessSync): Finding[] {
  const there = nearest(path)
  if (!statSync(there).isDirectory())
    return [fail(`${name} ${path}：${there} 不是目录`, `改 ${variable}，或移走那个文件`)]
  try {
    access(there, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const readOnly = (error as NodeJS.ErrnoException).code === 'EROFS'
    const what = readOnly ? '所在的文件系统是只读的' : `${userName()} 没有读写权限`
    return [
      fail(
        `${name} ${path}：${what}`,
        readOnly
          ? `检查挂载；由 systemd 启动时，把它写进单元的 ReadWritePaths`
          : `chown -R sanling: ${there}（服务所用的账号），或用 ${variable} 换一个位置`,
      ),
    ]
  }
  const records = join(path, 'records.sqlite')
  if (name !== '数据目录' || !existsSync(records)) return []
  try {
    access(records, constants.R_OK | constants.W_OK)
    return []
  } catch {
    return [fail(`${records}：${userName()} 没有读写权限（多半是以 root 运行过命令）`, `chown -R sanling: ${path}`)]
  }
}
const userName = (): string => `当前账号（uid ${process.getuid?.() ?? '?'}）`

function privateFiles(dataDir: string): string[] {
  const keys = join(dataDir, 'keys')
  return [
    process.env.SANLING_SECRETS ?? join(dataDir, 'secrets.json'),
    ...(existsSync(keys) ? [keys, ...readdirSync(keys).map((name) => join(keys, name))] : []),
  ]
}

function openToOthers(path: string): Finding[] {
  const stat = statSync(path)
  if ((stat.mode & 0o077) === 0) return []
  return [
    fail(
      `${path} 他人可进入或读取（${(stat.mode & 0o777).toString(8)}）`,
      `chmod ${stat.isDirectory() ? 700 : 600} ${path}`,
    ),
  ]
}
