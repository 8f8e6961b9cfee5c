/** The baseline: MQTT in, Socket.IO out, a page that shows a row for each message. Nothing checked, nothing kept. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcp } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { Server } from 'socket.io'
import { alertLike } from './payload.ts'

const CLIENT = join(import.meta.dirname, '../../../node_modules/socket.io/client-dist/socket.io.min.js')
const PAGE = `<!doctype html><meta charset="utf-8"><title>bare</title>
<h1>一因一卡 · 归并 <b id="count">0</b> → 0</h1><ol id="list"></ol>
<script src="/client.js"></script>
<script>
const list = document.getElementById('list')
let n = 0
io('/wall', { transports: ['websocket'] }).on('alert', (alert) => {
  const row = document.createElement('li')
  row.dataset.alert = alert.id
  row.textContent = alert.title + ' · ' + alert.why
  list.prepend(row)
  if (list.children.length > 200) list.lastChild.remove()
  document.getElementById('count').textContent = ++n
})
</script>`

const http = createServer((request, response) => {
  const js = request.url === '/client.js'
  response.writeHead(200, { 'content-type': js ? 'text/javascript' : 'text/html; charset=utf-8' })
  response.end(js ? readFileSync(CLIENT) : PAGE)
})
const io = new Server(http, { serveClient: false, perMessageDeflate: false })
const wall = io.of('/wall')
const broker = await Aedes.createBroker()
broker.on('publish', (packet, client) => {
  if (client) wall.emit('alert', alertLike(JSON.parse(String(packet.payload))))
})
const mqtt = createTcp(broker.handle)
await Promise.all([http, mqtt].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
const at = (server: { address(): unknown }) => `127.0.0.1:${(server.address() as AddressInfo).port}`
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
process.send?.({
  kind: 'ready',
  demo: {
    url: `http://${at(http)}`,
    wallUrl: `http://${at(http)}/`,
    wallKey: '',
    mqtt: { url: `mqtt://${at(mqtt)}`, username: 'probe', password: '' },
  },
})
