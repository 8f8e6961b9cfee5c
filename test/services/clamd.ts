import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eicar } from '../doubles/clamd.ts'
import { listens } from './mosquitto.ts'
import { findProgram, freePort, isRoot, type Service, startService, temporaryFolder } from './process.ts'

/** Name that a find of the test string has. */
export const TEST_SIGNATURE = 'Sanling.Test.Eicar'

export interface Clamd extends Service {
  socket: string
  /** Grows with each find. */
  logFile: string
  /** A folder that the engine may read. */
  shelf: string
}

/**
 * A real clamd with a signature database of one line (the test string), on a loopback port and a Unix socket.
 * @param hook a program for VirusEvent
 */
export async function startClamd(options: { hook?: string; maxStream?: string } = {}): Promise<Clamd> {
  const program = findProgram('clamd', 'clamav-daemon')
  const folder = temporaryFolder('clamd')
  const [port, database, shelf] = [await freePort(), join(folder, 'db'), join(folder, 'shelf')]
  const [socket, logFile] = [join(folder, 'clamd.sock'), join(folder, 'clamd.log')]
  mkdirSync(database)
  mkdirSync(shelf)
  // An ndb signature is the bytes in hex: nothing on the disk looks like the string itself.
  writeFileSync(join(database, 'test.ndb'), `${TEST_SIGNATURE}:0:*:${eicar().toString('hex')}\n`)
  writeFileSync(
    join(folder, 'clamd.conf'),
    [
      'Foreground yes',
      `DatabaseDirectory ${database}`,
      `LocalSocket ${socket}`,
      `TCPSocket ${port}`,
      'TCPAddr 127.0.0.1',
      `LogFile ${logFile}`,
      'LogTime yes',
      'LogFileUnlock yes',
      'MaxThreads 2',
      `StreamMaxLength ${options.maxStream ?? '1M'}`,
      ...(options.hook ? [`VirusEvent ${options.hook}`] : []),
      ...(isRoot ? ['User root'] : []),
      '',
    ].join('\n'),
  )
  const service = await startService({
    name: 'clamd',
    // It writes its log on the wall clock of its own zone: that of the office.
    program: findProgram('env', 'coreutils'),
    args: ['TZ=Asia/Shanghai', program, '--config-file', join(folder, 'clamd.conf')],
    folder,
    port,
    url: `tcp://127.0.0.1:${port}`,
    ready: () => listens(port),
  })
  return Object.defineProperties({ socket, logFile, shelf } as Clamd, Object.getOwnPropertyDescriptors(service))
}
