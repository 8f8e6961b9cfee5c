import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ProfileFile, SourceOf } from '../config/schema.ts'
import type { SourceContext, SourceRunner } from './source.ts'

/** What the file of a vendor with its own way in exports as `source`; `settings` of sources.yaml is its to check. */
export type VendorSource = (config: SourceOf<'vendor'>, context: SourceContext) => SourceRunner

/** A vendor that no kind of sources.yaml knows: the office's own file in `vendors/` beside its configuration. */
export async function vendorSource(config: SourceOf<'vendor'>, context: SourceContext): Promise<SourceRunner> {
  const make = await vendorPart<VendorSource>(context.profile, 'source', [context.vendorDir])
  return make(config, context)
}

const KIND = /^[a-z0-9][a-z0-9-]{0,40}$/

/**
 * The part that a vendor's file exports under that name. The file is `<kind of the profile>.ts` in the first of the
 * folders that has one.
 * @throws Error in Chinese naming the kinds that there are
 */
export async function vendorPart<Part>(
  profile: ProfileFile,
  name: 'dialect' | 'source',
  folders: readonly (string | undefined)[],
): Promise<Part> {
  const { id, kind } = profile
  const there = folders.flatMap((folder) => (folder && existsSync(folder) ? [folder] : []))
  const path = there.map((folder) => join(folder, `${kind}.ts`)).find((one) => KIND.test(kind) && existsSync(one))
  const module: Record<string, unknown> = path ? await import(pathToFileURL(path).href) : {}
  const part = module[name]
  if (typeof part === 'function') return part as Part
  const known = (await Promise.all(there.map((folder) => kindsIn(folder, name)))).flat()
  throw new Error(
    `方言 ${id} 的 kind “${kind}” 没有对应的解码文件（${kind}.ts 导出 ${name}），可用：${known.join('、') || '（无）'}`,
  )
}

async function kindsIn(folder: string, name: string): Promise<string[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  const modules = await Promise.all(
    files.sort().map((file) => import(pathToFileURL(join(folder, file)).href).catch(() => ({}))),
  )
  return files.flatMap((file, at) => (name in (modules[at] as object) ? [file.slice(0, -3)] : []))
}
