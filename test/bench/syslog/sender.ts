/** Sends N different messages over TCP in octet counting, as fast as they are read. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { messageOf } from './messages.ts'

const [port = '0', count = '0'] = process.argv.slice(2)
const socket = connect(Number(port), '127.0.0.1')
await once(socket, 'connect')
const GROUP = 200
for (let from = 0; from < Number(count); from += GROUP) {
  const frames: string[] = []
  for (let n = from; n < Math.min(from + GROUP, Number(count)); n++) {
    const message = messageOf(n)
    frames.push(`${Buffer.byteLength(message)} ${message}`)
  }
  if (!socket.write(frames.join(''))) await once(socket, 'drain')
}
socket.end()
