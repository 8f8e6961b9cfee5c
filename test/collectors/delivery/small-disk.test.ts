import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toSpoolEvent } from '../../../collectors/delivery/envelope.ts'
import { startWriter } from '../../../collectors/delivery/writer.ts'
import { openDisk } from '../../faults/tools/disk.ts'
import { draft, NOW } from './make.ts'

const SENDER = { site: 'test', collector: 'tq', profile: 'p@1' }
const DISK_MB = 6

/** Where there is room the log grows to 16 MiB before it is read back into the file: that would stop a small disk for ever. */
test('a spool never fills a small disk with its own log', async () => {
  const disk = openDisk(DISK_MB)
  // Only root may mount one; everywhere else the fault suite has said so.
  if (!disk) return
  const failures: (Error | undefined)[] = []
  const writer = startWriter(
    join(disk.folder, 'tq.sqlite'),
    { now: () => NOW },
    {
      committed: () => undefined,
      damaged: () => expect.unreachable(),
      failing: (error) => failures.push(error),
    },
  )
  try {
    for (let n = 0; n < 40; n++) {
      const made = Array.from({ length: 50 }, (_, m) =>
        toSpoolEvent({ ...draft(n * 50 + m), data: { text: 'x'.repeat(4000) } }, SENDER),
      )
      await writer.write({ events: made })
      await writer.write({ receipted: made.map(({ id }) => id) })
    }
    expect(writer.spool.backlog).toBe(0)
    expect(failures).toEqual([])
  } finally {
    writer.stop()
    disk.close()
  }
}, 60_000)
