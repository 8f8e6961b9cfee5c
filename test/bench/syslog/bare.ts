/** The bare receiver: TCP in octet counting, each line into SQLite, a transaction for each chunk. Nothing else. */
import { createServer } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { meter } from './meter.ts'

const [file = '', warm = '0', wanted = '0'] = process.argv.slice(2)
const db = new DatabaseSync(file)
db.exec('pragma journal_mode = wal; pragma synchronous = full; create table line (id integer primary key, text text)')
const insert = db.prepare('insert into line (text) values (?)')
const counted = meter(Number(warm), Number(wanted))

createServer((socket) => {
  let held: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    let [at, stored] = [0, 0]
    db.exec('begin')
    for (;;) {
      const space = held.indexOf(0x20, at)
      if (space < 0) break
      const end = space + 1 + Number(held.toString('latin1', at, space))
      if (end > held.length) break
      insert.run(held.toString('utf8', space + 1, end))
      stored++
      at = end
    }
    db.exec('commit')
    held = held.subarray(at)
    counted(stored)
  })
}).listen(0, '127.0.0.1', function (this: import('node:net').Server) {
  const address = this.address()
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 })
})
