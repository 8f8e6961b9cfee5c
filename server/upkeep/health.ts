import type { Health, HealthItem } from '../../contract/http/health.ts'
import { judgeCertificate } from './certificates.ts'
import type { UpkeepDeps } from './context.ts'
import { diskOf, type Pulse, sizeMb, timeIsSynced } from './facts.ts'
import { daysLeft, readSamples, withToday, writeSamples } from './forecast.ts'
import { anchorFacts, clockOffset } from './outside.ts'
import { latestRuns } from './repository.ts'
import {
  type DiskFacts,
  judgeAnchors,
  judgeBroker,
  judgeCertificates,
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
  const [sources, runs, kept, offset] = await Promise.all([
    deps.sources(now),
    latestRuns(records.read),
    anchorFacts(records.read, deps.anchors),
    clockOffset(),
  ])
  const pulsed = pulse.read()
  const items: HealthItem[] = [
    judgeProcess(pulsed, limits),
    judgeBroker(broker.ready(), broker.kind, pulsed.uptimeS),
    judgeIngest(sources, limits),
    judgeSelftest(sources),
    judgeTimeSync(timeIsSynced(), offset),
    ...judgeCertificates((deps.certificates ?? []).map((one) => judgeCertificate(one, now))),
    ...judgeSources(sources, limits),
    judgeRecords({
      kind: options.kind,
      state: deps.intake(),
      sizeMb: options.kind === 'sqlite' ? sizeMb(options.file) : null,
    }),
    judgeMetrics(sources),
    ...disksOf(dataDir, backups, now).map(({ disk, days }) => judgeDisk(disk, limits, days)),
    judgeAnchors(kept, deps.anchors, now),
    ...judgeRuns(runs, rules.nightly, now, limits),
  ]
  return { at: now, level: worst(items.map(({ level }) => level)), items, versions: versionsOf(deps) }
}

/** Each disk with the days it still lasts; today's sample is kept for the days to come. */
function disksOf(dataDir: string, backups: string, now: number): { disk: DiskFacts; days: number | null }[] {
  const disks = [diskOf('disk', '数据目录磁盘', dataDir), diskOf('disk-backups', '备份目录磁盘', backups)]
  const free = Object.fromEntries(disks.flatMap(({ id, freeGb }) => (freeGb === null ? [] : [[id, freeGb] as const])))
  const before = readSamples(dataDir)
  const samples = withToday(before, free, now)
  if (samples !== before) writeSamples(dataDir, samples)
  return disks.map((disk) => ({ disk, days: disk.freeGb === null ? null : daysLeft(samples, disk.id, disk.freeGb) }))
}

const versionsOf = ({ version, rules }: UpkeepDeps): Health['versions'] => [
  { name: '程序', version },
  { name: 'Node', version: process.versions.node },
  { name: 'SQLite', version: process.versions.sqlite ?? '未知' },
  { name: 'OpenSSL', version: process.versions.openssl ?? '未知' },
  { name: '运维规则', version: rules.version },
]
