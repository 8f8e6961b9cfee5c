import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClamdEngine, type ClamdEngineOptions, startClamdEngine } from '../../collectors/office/clamd-engine.ts'

/** What goes wrong at the n-th command of that name (from 1). */
export interface ClamdFault {
  command: string
  at: number
  /** How many in a row; default 1. */
  times?: number
  what:
    | 'silent'
    | 'slow'
    | 'cut'
    | 'cut-in-reply'
    | 'garbage'
    | 'duplicate'
    | 'unavailable'
    | 'endless'
    /** The reply in pieces of one byte. */
    | 'dribble'
}

/** The test string, put together at run time so that no scanner takes this file for one. */
export const eicar = (): Buffer =>
  Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR', '-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

/** The simulated clamd with a fault script on top (protocols.md section 8). */
export function scriptedClamd(
  faults: readonly ClamdFault[] = [],
  options: Partial<ClamdEngineOptions> = {},
  where: number | string = 0,
): Promise<ClamdEngine> {
  const seen = new Map<string, number>()
  return startClamdEngine(where, {
    version: () => 'ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026',
    find: (bytes) => (Buffer.from(bytes).includes(eicar()) ? 'Eicar-Test-Signature' : undefined),
    ...options,
    async around(command, honest, socket) {
      const count = (seen.get(command) ?? 0) + 1
      seen.set(command, count)
      const fault = faults.find(
        (one) => one.command === command && count >= one.at && count < one.at + (one.times ?? 1),
      )
      return fault ? await act(fault.what, honest, socket) : honest
    },
  })
}

async function act(what: ClamdFault['what'], honest: string, socket: Socket): Promise<string | 'handled'> {
  switch (what) {
    case 'silent':
      await once(socket, 'close')
      return 'handled'
    case 'slow':
      await sleep(150)
      return honest
    case 'cut':
      socket.destroy()
      return 'handled'
    case 'cut-in-reply':
      socket.end(honest.slice(0, Math.ceil(honest.length / 2)))
      return 'handled'
    case 'garbage':
      return '\u0001\u0002 HTTP/1.1 400 Bad Request'
    case 'duplicate':
      return `${honest}\0${honest}`
    case 'unavailable':
      return 'COMMAND UNAVAILABLE'
    case 'endless':
      for (let left = 40; left > 0 && !socket.destroyed; left--) socket.write('x'.repeat(65_536))
      return 'handled'
    case 'dribble':
      for (const char of `${honest}\0`) {
        socket.write(char)
        await sleep(1)
      }
      return 'handled'
  }
}
