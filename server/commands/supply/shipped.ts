import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'

/** What runs at the office: these rooms. The pages are built before, so that nothing of theirs is needed. */
export const ROOMS = ['server', 'collectors', 'config', 'contract'] as const

export interface LockEntry {
  version?: string
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  link?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}
export type Lock = Readonly<Record<string, LockEntry>>

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bresolve\s*\(\s*)['"]([@a-z][\w@./-]*)['"]/g

/** What the files of these folders name, lazily or at once; a word in a text may be among them. */
export function importedPackages(root: string, rooms: readonly string[] = ROOMS): Set<string> {
  const found = new Set<string>()
  for (const room of rooms)
    for (const entry of readdirSync(join(root, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|mjs)$/.test(entry.name)) continue
      for (const [, specifier = ''] of readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(IMPORT)) {
        const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
        if (!specifier.startsWith('node:') && !builtinModules.includes(name)) found.add(name)
      }
    }
  return found
}

/** Folders below node_modules that go to the office: what its rooms import of the production dependencies, and the runtime. */
export function shippedFolders(root: string): string[] {
  const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'))
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> }
  const { packages } = read('package-lock.json') as { packages: Lock }
  const imported = importedPackages(root)
  const wanted = Object.keys(dependencies).filter((name) => imported.has(name) || name === 'node')
  return foldersOf(packages, wanted)
}

/** Folders below node_modules that these packages need, as npm resolves them: the nearest one upwards; peers that must be there, too. */
export function foldersOf(lock: Lock, wanted: Iterable<string>): string[] {
  const found = new Set<string>()
  const visit = (name: string, from: string): void => {
    const path = nearest(lock, name, from)
    // Not in the lock: optional and of another platform, or no package at all.
    if (path === undefined || found.has(path)) return
    found.add(path)
    const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta } = lock[path] ?? {}
    const peers = Object.keys(peerDependencies).filter((each) => !peerDependenciesMeta?.[each]?.optional)
    for (const each of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) visit(each, path)
  }
  for (const name of wanted) visit(name, '')
  return [...found].sort()
}

function nearest(lock: Lock, name: string, from: string): string | undefined {
  for (let folder = from; ; ) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (path in lock) return path
    if (folder === '') return undefined
    const up = folder.lastIndexOf('/node_modules/')
    folder = up < 0 ? '' : folder.slice(0, up)
  }
}
