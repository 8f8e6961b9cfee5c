import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** The one-way streets of architecture.md, read from the imports and calls of every source file. */

const ROOT = join(import.meta.dirname, '..')
const ROOMS = ['contract', 'config', 'collectors', 'server', 'web'] as const
type Room = (typeof ROOMS)[number]

interface Import {
  specifier: string
  /** Inside the house; undefined for a package. */
  target: string | undefined
  /** `type` is gone at run time; `later` is `import()`. */
  kind: 'now' | 'type' | 'later'
}
interface SourceFile {
  /** `server/alerts/rules.ts` */
  path: string
  room: Room
  code: string
  imports: Import[]
}

const files: readonly SourceFile[] = ROOMS.flatMap((room) => walk(join(ROOT, room))).map(read)

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'dist' || entry.name === 'node_modules' ? [] : walk(path)
    return /\.(ts|vue|mjs)$/.test(entry.name) ? [path] : []
  })
}

function read(full: string): SourceFile {
  const path = relative(ROOT, full)
  const code = withoutComments(readFileSync(full, 'utf8'))
  const statements = code.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/g)
  const lazy = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  const found: Pick<Import, 'specifier' | 'kind'>[] = [
    ...[...statements].map(([, type, specifier = '']) => ({
      specifier,
      kind: type ? ('type' as const) : ('now' as const),
    })),
    ...[...lazy].map(([, specifier = '']) => ({ specifier, kind: 'later' as const })),
  ]
  const imports = found.map((one) => ({
    ...one,
    target: one.specifier.startsWith('.') ? relative(ROOT, resolve(dirname(full), one.specifier)) : undefined,
  }))
  return { path, room: path.split('/')[0] as Room, code, imports }
}

/** Comments may name what code must not do. Strings with `//` (URLs) are kept by asking for space or line start. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

const edges = files.flatMap((file) =>
  file.imports.flatMap(({ target, kind }) => (target ? [{ from: file.path, to: target, kind }] : [])),
)
const roomOf = (path: string): string => path.split('/')[0] ?? ''
const folderOf = (path: string): string => path.split('/')[1] ?? ''

/** Exceptions, each with its reason. `from → to` with paths or folders ending in `/`. */
const ALLOWED: readonly { from: string; to: string; why: string }[] = []
const isAllowed = (from: string, to: string): boolean =>
  ALLOWED.some((each) => covers(each.from, from) && covers(each.to, to))
const covers = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('/') && path.startsWith(pattern))

const broken = (rule: (edge: (typeof edges)[number]) => boolean): string[] =>
  edges.filter((edge) => rule(edge) && !isAllowed(edge.from, edge.to)).map(({ from, to }) => `${from} → ${to}`)

describe('this reading', () => {
  it('sees the imports that there are', () => {
    expect(edges.length).toBeGreaterThan(files.length / 2)
    expect(edges).toContainEqual({ from: 'config/load.ts', to: 'config/schema.ts', kind: 'now' })
    expect(edges).toContainEqual({ from: 'collectors/main.ts', to: 'collectors/intake/syslog.ts', kind: 'later' })
    expect(edges).toContainEqual({ from: 'config/workdays.ts', to: 'config/load.ts', kind: 'type' })
  })
})

describe('the rooms', () => {
  const MAY: Readonly<Record<Room, readonly string[]>> = {
    contract: ['contract'],
    config: ['config', 'contract'],
    collectors: ['collectors', 'config', 'contract'],
    server: ['server', 'config', 'contract'],
    web: ['web', 'contract'],
  }

  it('import only what their street leads to', () => {
    expect(broken(({ from, to }) => !MAY[roomOf(from) as Room].includes(roomOf(to)))).toEqual([])
  })

  it('keep contract free of every package but zod', () => {
    const foreign = files
      .filter(({ room }) => room === 'contract')
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ target, specifier }) => !target && specifier !== 'zod')
          .map(({ specifier }) => `${path} → ${specifier}`),
      )
    expect(foreign).toEqual([])
  })

  it('fetch nothing of Node into the browser', () => {
    const foreign = files
      .filter(({ room }) => room === 'web')
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(({ specifier }) => `${path} → ${specifier}`),
      )
    expect(foreign).toEqual([])
  })

  it('have no cycles', () => {
    expect(cycles()).toEqual([])
  })
})

/** Folders that are not features but what features stand on. */
const GROUND = ['records', 'metrics', 'people', 'audit']
const OUTER = ['http', 'live', 'ingest', 'commands']
const isFeature = (folder: string): boolean =>
  !folder.endsWith('.ts') && !GROUND.includes(folder) && !OUTER.includes(folder)

describe('the rooms of the server', () => {
  const inServer = ({ from, to }: { from: string; to: string }): boolean =>
    roomOf(from) === 'server' && roomOf(to) === 'server' && folderOf(from) !== folderOf(to)

  it('let a feature see of another feature its rules only', () => {
    const wrong = broken(
      (edge) =>
        inServer(edge) &&
        isFeature(folderOf(edge.from)) &&
        isFeature(folderOf(edge.to)) &&
        !/(^|\/)[a-z-]*rules\.ts$/.test(edge.to),
    )
    expect(wrong).toEqual([])
  })

  it('let nobody see another feature’s repository', () => {
    expect(
      broken((edge) => inServer(edge) && edge.to.endsWith('/repository.ts') && isFeature(folderOf(edge.to))),
    ).toEqual([])
  })

  it('let only main.ts and the commands import http and live', () => {
    const wrong = broken(
      (edge) =>
        inServer(edge) &&
        ['http', 'live'].includes(folderOf(edge.to)) &&
        edge.from !== 'server/main.ts' &&
        folderOf(edge.from) !== 'commands',
    )
    expect(wrong).toEqual([])
  })

  it('let records and metrics know no feature', () => {
    expect(
      broken(
        (edge) =>
          inServer(edge) &&
          ['records', 'metrics'].includes(folderOf(edge.from)) &&
          (isFeature(folderOf(edge.to)) || OUTER.includes(folderOf(edge.to))),
      ),
    ).toEqual([])
  })

  it('keep rules pure: no clock, no database, no network, no files', () => {
    const wrong = files
      .filter(({ path }) => /^server\/.*\/rules\.ts$/.test(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ specifier, kind }) =>
              kind !== 'type' && /^node:(?!crypto)|kysely|koa|mqtt|\/repository\.ts$|\/clock\.ts$/.test(specifier),
          )
          .map(({ specifier }) => `${path} → ${specifier}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('the edges of the server', () => {
  it('name no feature: http, live and ingest are filled by main.ts', () => {
    const wrong = broken(
      ({ from, to }) =>
        roomOf(from) === 'server' &&
        ['http', 'live', 'ingest'].includes(folderOf(from)) &&
        roomOf(to) === 'server' &&
        isFeature(folderOf(to)),
    )
    expect(wrong).toEqual([])
  })

  it('are not reached into by features', () => {
    const wrong = broken(
      ({ from, to }) =>
        roomOf(from) === 'server' &&
        isFeature(folderOf(from)) &&
        roomOf(to) === 'server' &&
        OUTER.includes(folderOf(to)),
    )
    expect(wrong).toEqual([])
  })
})

describe('clock and chance', () => {
  /** The two modules that read them; the browser draws ages and shows the hour, and reckons no dates. */
  const READERS = ['server/clock.ts', 'collectors/clock.ts']
  /** Reasons: see each. */
  const EXCEPTIONS: Readonly<Record<string, string>> = {}
  const FORBIDDEN = /\bDate\.now\(|\bnew Date\(\s*\)|\bMath\.random\(|\bTemporal\.Now\b/

  it('are read in one small module each', () => {
    const wrong = files
      .filter(({ room, path }) => room !== 'web' && !READERS.includes(path) && !(path in EXCEPTIONS))
      .flatMap(({ path, code }) =>
        code.split('\n').flatMap((line) => (FORBIDDEN.test(line) ? [`${path}: ${line.trim()}`] : [])),
      )
    expect(wrong).toEqual([])
  })

  it('are handed to the rules, ids too', () => {
    const wrong = files
      .filter(({ path }) => /^server\/.*\/rules\.ts$/.test(path))
      .flatMap(({ path, code }) => (/\brandom(UUID|Bytes|Int)\(|\bsystemClock\b/.test(code) ? [path] : []))
    expect(wrong).toEqual([])
  })

  it('know no machine zone: no local getters of Date anywhere', () => {
    const local = /\.get(FullYear|Month|Date|Day|Hours|Minutes|Seconds)\(\)|getTimezoneOffset/
    const wrong = files.flatMap(({ path, code }) =>
      code.split('\n').flatMap((line) => (local.test(line) ? [`${path}: ${line.trim()}`] : [])),
    )
    expect(wrong).toEqual([])
  })
})

/** Files that import each other in a circle; types are gone at run time, and what is imported later finds the rest loaded. */
function cycles(): string[] {
  const next = Map.groupBy(
    edges.filter(({ kind }) => kind === 'now'),
    ({ from }) => from,
  )
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const { to } of next.get(path) ?? []) visit(to, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of files) visit(path, [])
  return found
}
