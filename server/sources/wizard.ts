import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { CONFIRM_FOLDER } from '../../config/case-sql.ts'
import { SourceConfig } from '../../config/schema.ts'
import * as api from '../../contract/http/source-wizard.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { KINDS, profilesOf } from './kinds.ts'
import { type Reach, reachFaults } from './reach.ts'

/** What main.ts hands to the wizard. */
export interface WizardDeps {
  profiles: ReadonlyMap<string, { id: string; kind: string; version: number; basis: string }>
  /** Ids that are taken. */
  sourceIds: readonly string[]
  /** Where a source that was added at the desk is written; read by server and collectors at their start. */
  sourcesDir: string
  /** Folder where a file named after a source stops its import. */
  cancelDir: string
  /** What a source that is added here may reach. */
  reach: Reach
  /** Runs the collectors' own decoders over a sample, in a process of its own. @throws Error in Chinese */
  dryRun(question: { source: Record<string, unknown>; sample: string; name: string }): Promise<api.DryRunAnswer>
  /** Starts server and collectors again; undefined where nobody supervises them. */
  restart?: (() => void) | undefined
}

/**
 * Adding a source: what there is, a trial that leaves no trace, and the file that makes it real.
 * @param views ids of sources whose vanished rows a person can confirm
 */
export function wizardRoutes(deps: WizardDeps, views: readonly string[] = []): BoundRoute[] {
  return [
    bind(api.sourceOptions, async () => ({
      kinds: KINDS.map((one) => ({ ...one, profiles: profilesOf(one.kind, deps.profiles.values()) })),
      profiles: [...deps.profiles.values()].map(({ id, kind, version, basis }) => ({ id, kind, version, basis })),
    })),
    bind(api.tryChecked, async ({ body }) => {
      if (Buffer.byteLength(body.sample, 'base64') > api.MAX_SAMPLE_BYTES)
        throw new Refusal('unprocessable', '样本超过 4 MiB：请截取一部分再试，完整文件放入导入目录')
      return await deps.dryRun(body)
    }),
    bind(api.addSource, async ({ body }) => {
      const source = checked(body.source, deps)
      const yaml = stringify({ sources: [body.source] })
      mkdirSync(deps.sourcesDir, { recursive: true })
      const file = join(deps.sourcesDir, `${source.id}.yaml`)
      // All at once: whoever starts in between reads the whole file or none.
      writeFileSync(`${file}.tmp`, `# 由采集台新增；停用：改 enabled: false，或移走本文件后重启\n${yaml}`, {
        mode: 0o600,
      })
      renameSync(`${file}.tmp`, file)
      deps.restart?.()
      return {
        id: source.id,
        file,
        yaml,
        activated: deps.restart !== undefined,
        next: deps.restart
          ? '服务与采集器正在重启以启用，约 5 秒后在来源列表出现'
          : '已写入。请运行 npm run admin -- init 生成该来源的登录口令，再重启服务与采集器',
      }
    }),
    bind(api.confirmVanished, async ({ params: { id }, body: { vanished } }) => {
      if (!views.includes(id)) throw new Refusal('not-found', `没有案件视图来源 ${id}`)
      const folder = join(dirname(deps.cancelDir), CONFIRM_FOLDER)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, id), String(vanished))
      return { id }
    }),
    bind(api.cancelImport, async ({ params }) => {
      if (!deps.sourceIds.includes(params.id)) throw new Refusal('not-found', `没有来源 ${params.id}`)
      mkdirSync(deps.cancelDir, { recursive: true })
      writeFileSync(join(deps.cancelDir, params.id), '')
      return { id: params.id }
    }),
  ]
}

function checked(
  source: Record<string, unknown>,
  { sourceIds, profiles, sourcesDir, reach }: WizardDeps,
): SourceConfig {
  const parsed = SourceConfig.safeParse(source)
  if (!parsed.success)
    throw new Refusal(
      'unprocessable',
      parsed.error.issues
        .map(({ path, message }) => `${path.join('.')}：${message}`)
        .join('；')
        .slice(0, 500),
    )
  const faults = reachFaults(source, reach)
  if (faults.length > 0) throw new Refusal('unprocessable', faults.join('；').slice(0, 500))
  const { id, profile } = parsed.data
  if (sourceIds.includes(id) || existsSync(join(sourcesDir, `${id}.yaml`)))
    throw new Refusal('conflict', `来源编号 ${id} 已被使用，请换一个`)
  if (!profiles.has(profile)) throw new Refusal('unprocessable', `profiles/ 下没有方言 “${profile}”`)
  return parsed.data
}
