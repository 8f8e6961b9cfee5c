/** Loads what `npm start` will run, so that it stands in the compile cache. Starts nothing, ends at once. */
const PARTS = [
  './start.ts',
  './demo-server.ts',
  '../ingest/broker.ts',
  '../ingest/subscriber.ts',
  '../metrics/worker.ts',
  '../metrics/engine.ts',
  '../metrics/embedded/store.ts',
  '../../collectors/main.ts',
  '../../collectors/office/index.ts',
  '../../collectors/intake/syslog.ts',
  '../../collectors/doors/hikvision.ts',
  '../../collectors/cases/export.ts',
  '../../collectors/patrol/wand.ts',
]
await Promise.allSettled(PARTS.map((part) => import(part)))
process.exit(0)
