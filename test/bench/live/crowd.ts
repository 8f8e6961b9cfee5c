/**
 * Many wall connections in one process. Each speaks Engine.IO 4 and Socket.IO 5 over a bare WebSocket and reads no more
 * than it must: on one machine with the server, five hundred parsing clients would be all that is measured.
 */
import { WebSocket } from 'ws'

const [url = '', key = '', count = '1'] = process.argv.slice(2)
/** Object of an alert → when each client got it, epoch ms. */
const arrivals = new Map<string, number[]>()
let deltas = 0
let bytes = 0

function heard(socket: WebSocket, text: string): void {
  bytes += text.length
  const [, ack] = /^42\/wall,(\d+)\["delta"/.exec(text.slice(0, 40)) ?? []
  if (text === '2') socket.send('3')
  else if (text.startsWith('0')) socket.send(`40/wall,${JSON.stringify(key ? { key } : {})}`)
  else if (text.startsWith('42/wall,["alert"')) arrived(text)
  else if (ack) {
    deltas += 1
    socket.send(`43/wall,${ack}[]`)
  }
}

function arrived(text: string): void {
  const at = text.indexOf('"object":"bench:')
  if (at < 0) return
  const name = text.slice(at + 10, at + 21)
  const times = arrivals.get(name)
  if (times) times.push(Date.now())
  else arrivals.set(name, [Date.now()])
}

function connect(): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    origin: url,
  })
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1')
      if (text.startsWith('40/wall')) resolve()
      if (text.startsWith('44')) reject(new Error(text))
      heard(socket, text)
    })
    socket.on('error', reject)
  })
}

for (let n = 0; n < Number(count); n += 20)
  await Promise.all(Array.from({ length: Math.min(20, Number(count) - n) }, connect))
process.send?.({ kind: 'ready' })
process.on('disconnect', () => process.exit(0))
process.on('message', () => process.send?.({ kind: 'told', arrivals: Object.fromEntries(arrivals), deltas, bytes }))
