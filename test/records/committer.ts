/** A child process of the crash tests: commits numbered turns and says each number after its commit. */
import { writeSync } from 'node:fs'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { things } from './contract.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as RecordsOptions
const store = new RecordStore(options, { now: () => 1, committed: () => undefined, failed: () => undefined })
await store.migrate([things])
const from = Number(process.argv[3] ?? 0)
for (let id = from; ; id += 2) {
  await store.write(async ({ tx }) => {
    const table = tx.withTables<{ thing: { id: number; name: string; at: number } }>()
    // Two rows a turn: half a turn would be seen.
    for (const each of [id, id + 1]) await table.insertInto('thing').values({ id: each, name: 'x', at: 1 }).execute()
  })
  writeSync(1, `${id + 1}\n`)
}
