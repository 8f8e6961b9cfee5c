import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { CANCEL_FOLDER } from '../config/case-sql.ts'
import type { Config } from '../config/load.ts'
import { personHash } from '../config/person.ts'
import { resolveSecret } from '../config/secrets.ts'
import { workCalendar } from '../config/workdays.ts'
import { DRILL_EVENT } from '../contract/http/drill.ts'
import { NAMESPACES } from '../contract/live.ts'
import { alertsFeature, shiftStartOf } from './alerts/index.ts'
import { retireAlerts } from './alerts/retire.ts'
import { alertSearch } from './alerts/search-port.ts'
import { anchorage, anchorFolder } from './anchor.ts'
import { approvalsFeature } from './approvals/index.ts'
import { assignmentFeature } from './assignment/index.ts'
import { handedOutPort } from './assignment/monitoring-port.ts'
import { assistFeature } from './assist/index.ts'
import { tesseractOcr } from './assist/ocr.ts'
import { traceWrite } from './audit/call.ts'
import { callTrail } from './audit/http-trail.ts'
import { auditFeature } from './audit/index.ts'
import { RefusalTrail } from './audit/refused.ts'
import { auditTrail } from './audit/trail.ts'
import { assistPort } from './cases/assist-port.ts'
import { exchangePort } from './cases/exchange-port.ts'
import { casesFeature } from './cases/index.ts'
import { monitoringPort } from './cases/monitoring-port.ts'
import { pinyinPort } from './cases/pinyin-port.ts'
import { casePort } from './cases/port.ts'
import { reviewPort } from './cases/review-port.ts'
import { caseId } from './cases/rules.ts'
import { caseSearch } from './cases/search-port.ts'
import { sharingPort } from './cases/sharing-port.ts'
import { windowPort } from './cases/window-port.ts'
import { chance, newId, randomHex, randomOctets, randomToken, systemClock } from './clock.ts'
import { clusterFeature, joinLine, mustBeShared, oneAfterAnother, openCluster, SESSION } from './cluster/index.ts'
import type { Demo, Secrets } from './commands/data.ts'
import type { Environment } from './commands/environment.ts'
import { deadlinesFeature } from './deadlines/index.ts'
import type { Block } from './disclosure/files/model.ts'
import { disclosureFeature } from './disclosure/index.ts'
import { documentPort } from './disclosure/pages-port.ts'
import { documentSearch } from './disclosure/search-port.ts'
import { drillFeature, drillWire } from './drill/index.ts'
import { exportsFeature } from './export/index.ts'
import type { EventHandler, Feature, Panel } from './feature.ts'
import { alertFeed, caseFeed, eventFeed, opener } from './feeds.ts'
import { handoverFeature } from './handover/index.ts'
import { eventsAround, eventsOf, history, rawOf, receivedSince } from './history.ts'
import { createApp } from './http/app.ts'
import { FigureRegistry, figureRoutes } from './http/figures.ts'
import { hostJudge } from './http/host.ts'
import { webServer } from './http/server.ts'
import { systemRoutes } from './http/system.ts'
import { pruneInbox } from './ingest/inbox.ts'
import { ingestFeature } from './ingest/index.ts'
import type { Log } from './ingest/wire.ts'
import { LiveHub } from './live/hub.ts'
import { mediationsFeature } from './mediations/index.ts'
import { meetingsFeature } from './meetings/index.ts'
import { eventPoint, openMetrics } from './metrics/index.ts'
import { monitoringFeature } from './monitoring/index.ts'
import { objectNames, objectRows } from './names.ts'
import { countedAssets, countedPeople, followedCases, followedMatters } from './panorama-sources.ts'
import { openPeople } from './people/index.ts'
import { ldapDirectory } from './people/ldap.ts'
import { accountPrincipal } from './people/principal.ts'
import { ensureDemo } from './people/registry.ts'
import { accountByName } from './people/repository.ts'
import { peopleSearch } from './people/search-port.ts'
import { petitionsFeature } from './petitions/index.ts'
import { tableReader } from './petitions/read-table.ts'
import { petitionSearch } from './petitions/search-port.ts'
import { petitionRegister } from './petitions/window-port.ts'
import { zeroPort } from './petitions/zero-port.ts'
import { chainHeads } from './records/chain.ts'
import { signerAt } from './records/signing.ts'
import { RecordStore, type RecordsOptions } from './records/store.ts'
import { Sealer } from './records/suite.ts'
import { reviewFeature } from './review/index.ts'
import { formsPort } from './review/monitoring-port.ts'
import { clamdScanner } from './scanner/clamd.ts'
import { securityFeature } from './security/index.ts'
import { phonePort } from './security/patrol/port.ts'
import { doorSearch, terminalSearch } from './security/search-port.ts'
import { dictionaryFeature } from './sharing/dictionary/index.ts'
import { exchangeFeature, followedProperty, sharedFeed } from './sharing/exchange/index.ts'
import { panoramaFeature } from './sharing/panorama/index.ts'
import { searchFeature } from './sharing/search/index.ts'
import { subscriptionsFeature } from './sharing/subscriptions/index.ts'
import { dryRunner, selftestWire, sourcesFeature } from './sources/index.ts'
import { tasksFeature } from './tasks/index.ts'
import { Telemetry } from './telemetry.ts'
import { TickRunner } from './ticks.ts'
import { identityOf } from './tls.ts'
import { upkeepFeature } from './upkeep/index.ts'
import { backupFolder, backupPassphrase } from './upkeep/places.ts'
import { heldOf } from './upkeep/retention/holds.ts'
import { prepareUpgrade } from './upkeep/upgrade.ts'
import { VERSION } from './version.ts'
import { windowFeature } from './window/index.ts'
import { openWire } from './wire.ts'

export interface HouseOptions {
  config: Config
  dataDir: string
  secrets: Secrets
  environment: Pick<Environment, 'port' | 'host' | 'mqttPort' | 'cluster'>
  log: Logger
  /** Accounts and wall key of the demo; none in production. */
  demo?: Demo
  /** Starts server and collectors again with what was added; undefined where nobody supervises them. */
  restart?: () => void
  /** Folder of the built pages; by default the one of this repository. */
  webDist?: string
}

/** The running whole. `url` and `mqttUrl` hold from `start()` on. */
export interface House {
  readonly url: string
  readonly mqttUrl: string
  /** Every live panel, to be recomputed from the records beside the running wall. */
  readonly panels: readonly Panel[]
  start(): Promise<void>
  stop(): Promise<void>
}

const PREDECESSOR_MS = 10_000
/** Between the receipt of an event and the hand-over of its point. */
const LOST_MS = 60_000
/** Panels that show alerts of their domain. */
const PANELS_OF = { terminal: ['terminal'], access: ['access', 'map'], patrol: ['patrol'], case: ['flow'] }

/**
 * Puts the house together: config → stores → features → broker → http and live. The only place that knows every part.
 * @throws Error in Chinese when a secret is missing
 */
export async function assemble(options: HouseOptions): Promise<House> {
  const { config, dataDir, secrets, environment, log } = options
  const { site, services } = config
  const clock = systemClock
  const now = () => clock.now()
  const failed = (error: unknown, where: string) => log.error({ err: error, where }, '一个部分出错，其余继续')
  const say: Log = (level, message, details) => log[level]({ details }, message)
  const secret = (ref: Parameters<typeof resolveSecret>[0]) => resolveSecret(ref, secrets)

  const one = environment.cluster
  if (one) mustBeShared(services)
  const sharedDir = one?.sharedDir ?? dataDir
  const recordsAt: RecordsOptions =
    services.records.kind === 'sqlite'
      ? { kind: 'sqlite', file: join(dataDir, 'records.sqlite') }
      : { kind: 'postgres', url: secret(services.records.url), ...(one ? { session: SESSION } : {}) }
  const records = new RecordStore(recordsAt, {
    now,
    ...(one ? { line: joinLine } : {}),
    beforeCommit: traceWrite,
    committed: (change) => {
      hub.committed(change)
      const body = { touched: [...change.touched], announced: change.announced }
      cluster?.tell({ kind: 'committed', body })
    },
    failed: (error) => failed(error, 'after commit'),
  })
  const metrics = openMetrics({
    services,
    dataDir,
    secret,
    clock,
    log,
    replay: async function* (since) {
      for await (const events of receivedSince(records.read, since)) yield events.filter(isCounted).map(eventPoint)
    },
  })
  const calendar = workCalendar(config.calendar)

  const alerts = alertsFeature({
    records,
    rules: config.alerts,
    posts: site.posts,
    demo: site.demo,
    log,
    now,
    newId,
    objectOf: objectNames(config),
    isPerson: (text) => site.people.some(({ name }) => name === text),
    figure: (name) => figures.find(name),
    panelsOf: PANELS_OF,
    ...(one ? { leads: () => cluster?.leads() === true } : {}),
    drill: {
      isUnderWay: (eventId) => drill.watch.isUnderWay(eventId),
      decided: (event, turn) => drill.watch.decided(event, turn),
    },
    selftestSeen: (eventId, at) => {
      sources.selftestSeen(eventId, at)
      cluster?.tell({ kind: 'selftest', body: eventId })
    },
    shiftStart: shiftStartOf(site.shifts),
    history: (query) => history(records.read, query),
    eventsOf: (ids) => eventsOf(records.read, ids),
    packSources: {
      rawOf: (ids) => rawOf(records.read, ids),
      objectRow: objectRows(config),
      around: (object, from, to, limit) => eventsAround(records.read, object, from, to, limit),
      heads: () => chainHeads(records.read),
    },
    audit: auditTrail,
    unit: site.unit,
  })
  const sourcesDir = resolve(config.dir, process.env.SANLING_SOURCES_D ?? 'sources.d')
  const sources = sourcesFeature({
    records,
    sources: config.sources.sources,
    site: site.site,
    alerts: alerts.desk,
    now,
    newId,
    log,
    wire: selftestWire({
      ...(one ? { clientId: `selftest-${one.member}` } : {}),
      broker: () => wire.address(),
      failed: (error) => failed(error, 'selftest'),
    }),
    ingest: () => ingest.stats(),
    intake: () => ingest.state(),
    quarantineOpen: () => ingest.quarantineOpen(),
    metrics: () => metrics.state(),
    wizard: {
      profiles: config.profiles,
      sourceIds: config.sources.sources.map(({ id }) => id),
      sourcesDir,
      cancelDir: join(dataDir, CANCEL_FOLDER),
      reach: { dataDir, configDir: config.dir, taken: (name) => existsSync(join(dataDir, name)) },
      dryRun: dryRunner(join(import.meta.dirname, '../collectors/dry-run.ts'), config.dir, sourcesDir),
      restart: options.restart,
    },
  })
  const tasks = tasksFeature({ config, records, newId })
  const common = { config, records, alerts: alerts.desk, freshness: sources.freshness, calendar }
  const siteKey = needed(secrets, 'site.key')
  // An export may give the number or only the name.
  const employees = new Map(
    site.people.flatMap(({ employeeNo, name }) =>
      employeeNo ? [employeeNo, name].map((text) => [personHash(siteKey, text), employeeNo] as const) : [],
    ),
  )
  const personIds = new Map(
    site.people.flatMap(({ id, employeeNo }) => (employeeNo ? [[personHash(siteKey, employeeNo), id] as const] : [])),
  )
  const security = securityFeature({
    ...common,
    newId,
    openAlerts: alerts.open,
    personOf: (hash) => personIds.get(hash),
    phone: phonePort(siteKey, site.people),
    petitions: zeroPort(config.petitions),
    past: async (measurement, field, from, to) => {
      const query = { measurement, field, aggregate: 'mean', from, to, every: '1h' } as const
      const { series } = await metrics.store.series(query as Parameters<typeof metrics.store.series>[0])
      return series.flatMap(({ points }) => points)
    },
    metrics: (points) => metrics.sink.write(points),
    derive: (events) => ingest.derive(events),
  })
  const cases = casesFeature({
    ...common,
    tasks: tasks.desk,
    newId,
    employeeOf: (hash) => employees.get(hash),
    monitoring: (at) => monitoring.counts(at),
  })
  const anchor = anchorage({
    folder: anchorFolder(dataDir),
    site: site.site,
    publish: (topic, payload, how) => wire.publish(topic, payload, how),
    failed,
  })
  const assignment = assignmentFeature({
    ...common,
    cases: casePort(config, tasks.desk),
    newId,
    secret: randomHex,
    anchor,
  })
  const review = reviewFeature({
    config,
    records,
    cases: reviewPort(config),
    alerts: alerts.desk,
    tasks: tasks.desk,
    newId,
    secret: randomHex,
    anchor,
  })
  const monitoring = monitoringFeature({
    ...common,
    tasks: tasks.desk,
    cases: monitoringPort(config),
    handedOut: handedOutPort,
    forms: formsPort,
    caseIdOf: caseId,
    newId,
  })
  const refusals = new RefusalTrail(records, now, (error) => failed(error, 'audit'))
  const audit = auditFeature({
    records,
    refusals,
    summaries: () => new Map(routes.map(({ spec }) => [spec.id, spec.summary])),
    anchor,
  })
  const approvals = approvalsFeature({
    records,
    audit: auditTrail,
    acts: () => every((feature) => feature.acts),
    newId,
    settled: (turn, proposal) => petitions.settled(turn, proposal),
  })
  const petitionDeps = {
    config,
    calendar,
    records,
    approvals,
    alerts: alerts.desk,
    tasks: tasks.desk,
    newId,
    anchor,
    readTable: tableReader(join(import.meta.dirname, '../collectors/cases/rows-worker.ts')),
  }
  const petitions = petitionsFeature(petitionDeps)
  const { directory } = services
  const people = openPeople({
    records,
    clock,
    audit: auditTrail,
    config,
    approvals,
    directory:
      directory && ldapDirectory({ ...directory, ca: directory.caFile && readFileSync(directory.caFile, 'utf8') }),
    cookieKey: needed(secrets, 'cookie.1'),
    newId,
    randomToken,
    randomBytes: randomOctets,
    sealer: new Sealer({
      suite: services.crypto.suite,
      secret: siteKey,
      use: 'people.factor',
      randomBytes: randomOctets,
    }),
    revoked: (who) => {
      hub.revoked(who)
      cluster?.tell({ kind: 'revoked', body: who })
    },
    failedFrom: (ip) => cluster?.tell({ kind: 'failed', body: ip }),
  })
  const ingest = ingestFeature({
    records,
    clock,
    site: site.site,
    retention: services.retention,
    held: (tx) => heldOf(tx, 'events'),
    handlers: () => handlers,
    publish: (topic, payload, how) => wire.publish(topic, payload, how),
    sideRoad: (events) => metrics.sink.write(events.filter(isCounted).map(eventPoint)),
    onStatus: sources.onStatus,
    onHealth: async (collector, domain, health, receivedMs) => {
      ingest.fileRefusals(collector, health.refusals, receivedMs)
      await sources.onHealth(collector, domain, health, receivedMs)
    },
    onHandlerFailed: (turn, event, error) =>
      alerts.desk.raise(turn, {
        cause: `ingest.handler-failed:${event.type}`,
        rule: 'ingest.handler-failed',
        domain: 'infra',
        object: event.object,
        at: event.receivedMs,
        evidence: [event.id],
        clearable: false,
        values: { reason: error instanceof Error ? error.message : String(error) },
        demo: site.demo,
      }),
    onState: () => hub.committed({ touched: new Set(['sources']), announced: [] }),
    ...(one
      ? {
          cluster: {
            leads: () => cluster?.leads() === true,
            stored: (counts) => cluster?.tell({ kind: 'stored', body: counts }),
          },
        }
      : {}),
    log: say,
  })

  const exports = exportsFeature({
    records,
    exporters: () => every((feature) => feature.exports),
    folder: join(dataDir, 'exports'),
    unit: site.unit,
    demo: site.demo,
    audit: auditTrail,
    now,
    newId,
    failed,
  })

  const meetings = meetingsFeature({
    config,
    records,
    tasks: tasks.desk,
    newId,
    figure: (name) => figures.find(name),
    pastFolder: join(dataDir, 'past'),
    bounds: { keepDays: services.retention.wallDays, maxMb: services.retention.wallMaxMb },
    now,
    sample: () => hub.sample(),
    failed,
    office: { unit: site.unit, demo: site.demo },
    files: {
      docx: docxOf,
      pdf: pdfOf,
      xlsx: async (sheets) => (await import('./export/xlsx/bytes.ts')).xlsxBytes(sheets),
    },
  })

  const cluster =
    one &&
    openCluster({
      ...one,
      records,
      site: site.site,
      version: VERSION,
      newId,
      heeding: {
        committed: ({ touched, announced }) => hub.committed({ touched: new Set(touched), announced }),
        revoked: (who) => {
          people.forget()
          hub.revoked(who)
        },
        failed: (ip) => people.failedElsewhere(ip),
        selftest: (eventId) => sources.selftestSeen(eventId, now()),
        stored: (counts) => ingest.storedElsewhere(counts),
      },
      missed: () => {
        people.forget()
        hub.readAfresh()
      },
      refresh: async () => {
        for (const feature of features) await feature.refresh?.()
      },
      lost: (_member, seenMs) => void passOn(seenMs - LOST_MS).catch((error: unknown) => failed(error, 'lost member')),
      log: say,
    })
  /** Points of events that a server which is gone had stored but perhaps not handed on; written again without harm. */
  const passOn = async (since: number): Promise<void> => {
    for await (const events of receivedSince(records.read, since)) metrics.sink.write(events.map(eventPoint))
  }

  const sharedCases = sharingPort(config)
  const feedDeps = { config, calendar, cases: sharedCases }
  const subscriptions = subscriptionsFeature({
    config,
    records,
    tasks: tasks.desk,
    feeds: [eventFeed(feedDeps), alertFeed(feedDeps), caseFeed(feedDeps), sharedFeed({ config })],
    opens: opener(sharedCases),
    principalOf: async (db, username) => {
      const account = await accountByName(db, username)
      return account?.disabled === 0 ? accountPrincipal(config.permissions, account, 'session', null) : undefined
    },
    newId,
  })

  const drill = drillFeature({
    config,
    records,
    tasks: tasks.desk,
    wire: drillWire({ broker: () => wire.address(), failed: (error) => failed(error, 'drill') }),
    now,
    newId,
    walls: () => hub.walls().map((one) => ({ ...one, wall: wallName(one) })),
    announcedAt: (alertId) => hub.announcedAt(alertId),
    cards: alerts.drills,
    openAlerts: alerts.open,
    alone: one === undefined,
    failed: (error) => failed(error, 'drill'),
  })

  /** The whole list of features: adding one is a line here. */
  const features: readonly Feature[] = [
    ...(cluster ? [clusterFeature(cluster, records.read)] : []),
    audit,
    approvals,
    people.feature,
    alerts,
    sources,
    security,
    tasks,
    drill,
    handoverFeature({
      config,
      records,
      tasks: tasks.desk,
      openAlerts: alerts.open,
      sourcesDown: async (at) => (await sources.overview(at)).items.filter(({ state }) => state !== 'ok'),
      drills: drill.since,
      newId,
      anchor,
      docx: docxOf,
      pdf: pdfOf,
    }),
    exports,
    meetings,
    cases,
    deadlinesFeature({ config, calendar }),
    assistFeature({
      config,
      records,
      cases: assistPort(config),
      documents: documentPort,
      ocr: tesseractOcr(),
      readTable: tableReader(join(import.meta.dirname, '../collectors/cases/rows-worker.ts')),
      now,
      newId,
      failed: (error) => failed(error, 'assist'),
    }),
    assignment,
    review,
    monitoring,
    petitions,
    disclosureFeature({ config, calendar, records, alerts: alerts.desk, newId, anchor }),
    windowFeature({
      config,
      calendar,
      records,
      tasks: tasks.desk,
      alerts: alerts.desk,
      audit: auditTrail,
      approvals,
      cases: windowPort,
      petitions: petitionRegister(petitionDeps),
      scanner: services.scanner && clamdScanner(services.scanner),
      figure: (name) => figures.find(name),
      folder: join(sharedDir, 'window'),
      siteKey,
      newId,
      randomBytes: randomOctets,
    }),
    mediationsFeature({
      ...common,
      tasks: tasks.desk,
      newId,
      randomToken,
      randomBytes: randomOctets,
      pdf: async (blocks) => (await import('./disclosure/files/pdf-write.ts')).writePdf(blocks),
      signer: signerAt(join(sharedDir, 'keys/signing.pem'), config.mediations.signing.algorithm),
      anchor,
    }),
    subscriptions,
    exchangeFeature({ config, records, cases: exchangePort(config), newId }),
    panoramaFeature({
      records,
      followed: [followedCases(sharedCases.idOf), followedMatters(config), followedProperty({ config })],
      counted: [countedPeople(config), countedAssets(config)],
    }),
    dictionaryFeature({
      records,
      permissions: config.permissions,
      specs: () => routes.map(({ spec }) => spec),
      panels: () => every((feature) => feature.panels),
    }),
    upkeepFeature({
      records,
      options: recordsAt,
      dataDir: sharedDir,
      backups: backupFolder(sharedDir),
      anchors: anchorFolder(sharedDir),
      passphrase: backupPassphrase(),
      rules: config.upkeep,
      alerts: alerts.desk,
      version: VERSION,
      alone: !one,
      demo: site.demo,
      now,
      newId,
      failed,
      sources: (at) => sources.overview(at),
      broker: { kind: services.broker.kind, ready: () => wire.ready() },
      intake: () => ingest.state(),
      audit: auditTrail,
      approvals,
      services: services.retention,
      retire: { alerts: retireAlerts, events: ({ tx }, before, held, limit) => pruneInbox(tx, before, limit, held) },
    }),
    searchFeature({
      records,
      store: services.records.kind,
      sources: [
        caseSearch(config),
        petitionSearch(config),
        documentSearch({ config, calendar, records, newId, anchor }),
        alertSearch(objectNames(config)),
        peopleSearch(config),
        terminalSearch(config),
        doorSearch(config),
      ],
      pinyin: pinyinPort,
      failed,
    }),
    ingest,
  ]
  const every = <Part>(pick: (feature: Feature) => readonly Part[] | undefined): Part[] =>
    features.flatMap((feature) => pick(feature) ?? [])
  const handlers: readonly EventHandler[] = every((feature) => feature.handlers)
  const figures = new FigureRegistry(
    every((feature) => feature.figures),
    clock,
  )
  const host = environment.host ?? services.http.host
  const isOurName = hostJudge({ origins: services.http.origins, host })
  const hub = new LiveHub({
    isOurName,
    panels: every((feature) => feature.panels),
    clock,
    authenticate: people.authenticate,
    origins: services.http.origins,
    past: meetings.past,
    office: {
      demo: site.demo,
      unit: site.unit,
      version: VERSION,
      layout: config.screens.screens,
      carousel: config.screens.carousel,
    },
    painted: ({ alertId, paintedAt, announcedAt, namespace, person, ...receipt }) => {
      const { socket, screen, receivedAt, heardAt } = receipt
      const shown = { socket, screen, wall: wallName(receipt), account: person.username }
      drill.painted({ alertId, receivedAt, paintedAt, heardAt, shown: namespace === NAMESPACES.wall ? shown : null })
      if (announcedAt !== null && !alertId.startsWith('D-'))
        telemetry.painted(namespace, (paintedAt - announcedAt) / 1000)
      alerts.notePainted(alertId, person.username, paintedAt)
    },
    masked: ({ masked, person, ip, ...wall }) =>
      records
        .write(async ({ tx, now: at }) => {
          const kind = masked ? 'wall.masked' : 'wall.unmasked'
          const detail = { wall: wallName(wall), screen: wall.screen }
          await auditTrail.record(tx, at, { kind, actor: person.username, ip, object: wallName(wall), detail })
          return true
        })
        .catch((error: unknown) => {
          failed(error, 'mask')
          return false
        }),
    failed,
  })
  const telemetry = new Telemetry({
    sockets: () => hub.screens,
    ingest: () => ingest.stats(),
    metricsBacklog: () => metrics.state().backlog,
  })
  const wire = openWire({
    broker: services.broker,
    mqttPort: environment.mqttPort,
    dataDir,
    secrets,
    secret,
    site: site.site,
    door: ingest,
    now,
    chance,
    log: say,
    waitMs: PREDECESSOR_MS,
    cluster: one !== undefined,
  })
  const routes = [...every((feature) => feature.routes), ...figureRoutes(figures)]
  const app = createApp({
    isOurName,
    routes: [
      ...routes,
      ...systemRoutes({
        config,
        version: VERSION,
        routes,
        panels: every((feature) => feature.panels),
        exports: every((feature) => feature.exports).map(({ kind, permission }) => ({ name: kind, permission })),
        brokerPort: () => wire.port,
      }),
    ],
    authenticate: people.authenticate,
    csrfOf: people.csrfOf,
    clock,
    origins: services.http.origins,
    secureCookies: services.http.secureCookies || services.http.tls !== undefined,
    trustedProxies: services.http.trustedProxies,
    webDist: options.webDist ?? join(import.meta.dirname, '../web/dist'),
    readiness: async () => {
      const parts = { records: ingest.state().ok, broker: wire.ready().ok, started: started === 'yes' }
      return { ready: Object.values(parts).every(Boolean), parts }
    },
    metrics: () => telemetry.text(),
    failed: (error, where) => log.error({ err: error, ...where }, '接口出错'),
    served: (call) => telemetry.served(call),
    trail: callTrail(records, refusals),
    ...(cluster ? { rate: (name, allowance) => cluster.rate(name, allowance) } : {}),
    newId,
  })
  const http = webServer(app.callback(), identityOf(services.http.tls))
  const ticks = new TickRunner(
    records,
    every((feature) => feature.ticks),
    failed,
    cluster,
  )
  let started: 'no' | 'yes' | 'stopped' = 'no'

  const address = (): string => {
    const { port } = http.address() as AddressInfo
    return `${services.http.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  return {
    get url() {
      return address()
    },
    get mqttUrl() {
      return wire.address().url
    },
    panels: every((feature) => feature.panels),
    async start() {
      const migrations = every((feature) => feature.migrations)
      const bring = async (): Promise<void> => {
        await prepareUpgrade({
          dataDir: sharedDir,
          records: recordsAt,
          backups: backupFolder(sharedDir),
          passphrase: backupPassphrase(),
          version: VERSION,
          now: now(),
          migrations,
          say: (text) => log.info(text),
        })
        await records.migrate(migrations)
      }
      await (one && recordsAt.kind === 'postgres' ? oneAfterAnother(recordsAt.url, bring) : bring())
      const { demo } = options
      if (demo) await ensureDemo(records, [...demo.accounts, ...demo.colleagues], demo.wallKey, newId)
      await metrics.start()
      await cluster?.listen()
      for (const feature of features) await feature.start?.()
      await wire.start()
      await listen(http, host, environment.port ?? services.http.port)
      hub.start(http)
      await cluster?.start(address())
      ticks.start()
      started = 'yes'
    },
    async stop() {
      if (started === 'stopped') return
      started = 'stopped'
      // New events stop first; what has been taken is committed and receipted before the stores close.
      await ticks.stop()
      await cluster?.stop()
      await hub.stop()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      for (const feature of features.toReversed()) await feature.stop?.()
      await wire.stop()
      await metrics.stop()
      await records.close()
    },
  }
}

/** As its calibration page was told, else its layout. */
const wallName = ({ wall, screen }: { wall: string | null; screen: string | null }): string =>
  wall ?? (screen === null ? '未命名大屏' : `大屏 ${screen}`)
/** Loaded when a file is asked for. */
const docxOf = async (blocks: readonly Block[], mark?: string) =>
  (await import('./disclosure/files/docx-write.ts')).writeDocx(blocks, mark)
const pdfOf = async (blocks: readonly Block[], mark?: string) =>
  (await import('./disclosure/files/pdf-write.ts')).writePdf(blocks, mark)

/** A drill is in no statistic; its event is kept like any other. */
const isCounted = ({ type }: { type: string }): boolean => type !== DRILL_EVENT

function needed(secrets: Secrets, name: string): string {
  const value = secrets[name]
  if (!value) throw new Error(`密钥文件缺少 ${name}，请运行：npm run admin -- init`)
  return value
}

function listen(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`网页端口 ${port} 已被占用，请停掉占用它的程序，或用 SANLING_PORT=其他端口（0 为自动选取）`)
          : error,
      ),
    )
    http.listen(port, host, () => resolve())
  })
}
