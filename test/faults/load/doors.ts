import { type IsapiController, isapiController } from '../../../collectors/office/isapi-controller.ts'
import { writePorts } from '../../../collectors/ports.ts'
import type { Load } from './load.ts'

const EVERY_MS = 150
const MAJOR = 5
/** Face recognised: `access.granted` of the profile. */
const MINOR = 75

export interface DoorLoad extends Load {
  /** When a collector last asked or listened, ms of performance.now(). */
  heardAt(): number
}

/**
 * Simulated door controllers that live outside the killed processes, numbered by their own serial numbers. The product's
 * collector reads them: cursor, spool, receipt and all.
 */
export function doorLoad(dataDir: string, devices: readonly string[], password: string): DoorLoad {
  let controller: IsapiController | undefined
  let timer: NodeJS.Timeout | undefined
  let heard = 0
  let turn = 0
  const made: string[] = []
  return {
    name: 'doors',
    heardAt: () => heard,
    start: async () => {
      controller = isapiController({
        host: '127.0.0.1',
        port: 0,
        devices: devices.map((id) => ({ id, username: 'admin', password, doors: 4 })),
        clock: { now: () => Date.now() },
        around: async (_, answer) => {
          heard = performance.now()
          return answer()
        },
      })
      await controller.start()
      for (const id of devices) writePorts(dataDir, id, { http: controller.port })
      timer = setInterval(() => {
        const device = devices[turn++ % devices.length] ?? ''
        const event = { major: MAJOR, minor: MINOR, time: Date.now(), doorNo: 1, employeeNo: '1001', cardReaderNo: 1 }
        made.push(`${device}#${controller?.inject(device, event)}`)
      }, EVERY_MS)
    },
    finish: () => clearInterval(timer),
    // A device cannot know who has read it: the checker waits until the product has as many.
    settled: () => true,
    ids: () => made,
    counted: () => 0,
    stop: async () => {
      clearInterval(timer)
      await controller?.stop()
    },
  }
}
