import { connect } from 'node:net'

/** Writes bytes to a port as they are and answers all that comes back until the line is closed. */
export function raw(
  port: number,
  text: string,
  options: { then?: (say: (more: string) => void) => void; until?: RegExp } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1')
    socket.on('data', (more) => {
      got += more
      if (options.until?.test(got)) socket.destroy()
    })
    socket.on('close', () => resolve(got))
    // A line that is cut while we still talk is closed too.
    socket.on('error', () => undefined)
    socket.write(text)
    options.then?.((more) => socket.destroyed || socket.write(more))
  })
}
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
