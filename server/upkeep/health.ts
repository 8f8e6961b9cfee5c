import type { Health, HealthItem } from '../../contract/http/health.ts'
import type { UpkeepDeps } from './context.ts'
import { diskOf, type Pulse, sizeMb, timeIsSynced } from './facts.ts'
import { latestRuns } from './repository.ts'
import {
  judgeBroker,
  judgeDisk,
  judgeIngest,
  judgeMetrics,
  judgeProcess,
  judgeRecords,
  judgeRuns,
  judgeSelftest,
  judgeSources,
  judgeTimeSync,
  worst,
} from './rules.ts'

/** Everything of our own that can fail, looked at now; the page, the file for `doctor` and the tests read the same. */
export async function look(deps: UpkeepDeps, pulse: Pulse, now: number): Promise<Omit<Health, 'mayRun' | 'running'>> {
  const { rules, records, options, dataDir, backups, broker } = deps
  const limits = rules.health
  const [sources, runs] = await Promise.all([deps.sources(now), latestRuns(records.read)])
  const items: HealthItem[] = [
    judgeProcess(pulse.read(), limits),
    judgeBroker(broker.ready(), broker.kind),
    judgeIngest(sources, limits),
    judgeSelftest(sources),
    judgeTimeSync(timeIsSynced()),
    ...judgeSources(sources, limits),
    judgeRecords({
      kind: options.kind,
      state: deps.intake(),
      sizeMb: options.kind === 'sqlite' ? sizeMb(options.file) : null,
    }),
    judgeMetrics(sources),
    judgeDisk(diskOf('disk', '数据目录磁盘', dataDir), limits),
    judgeDisk(diskOf('disk-backups', '备份目录磁盘', backups), limits),
    ...judgeRuns(runs, rules.nightly, now, limits),
  ]
  return { at: now, level: worst(items.map(({ level }) => level)), items, versions: versionsOf(deps) }
}

const versionsOf = ({ version, rules }: UpkeepDeps): Health['versions'] => [
  { name: '程序', version },
  { name: 'Node', version: process.versions.node },
  { name: 'SQLite', version: process.versions.sqlite ?? '未知' },
  { name: 'OpenSSL', version: process.versions.openssl ?? '未知' },
  { name: '运维规则', version: rules.version },
]
