import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = ['web', 'contract', 'vite.config.ts', 'package-lock.json']

/** Newest change below a file or folder, epoch ms; built files do not count. */
function newest(path: string): number {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const names = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules')
  return Math.max(stat.mtimeMs, ...names.map((name) => newest(join(path, name))))
}

/** Runs `vite build` when the built page is older than what it is made of. */
export async function buildWebIfStale(root: string): Promise<void> {
  const built = ['web/dist/index.html', 'dist/index.html'].map((file) => join(root, file)).find(existsSync)
  const sources = Math.max(...SOURCES.map((source) => newest(join(root, source))))
  if (!existsSync(join(root, 'vite.config.ts'))) return
  if (built && statSync(built).mtimeMs >= sources) return
  console.log('正在构建网页……')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) throw new Error('网页构建失败，见上面的输出')
}
