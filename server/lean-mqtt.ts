import { createRequire } from 'node:module'
import type * as mqttPacket from 'mqtt-packet'

/**
 * mqtt-packet, which broker and client share, makes 65,536 buffers in advance, one for each number it might ever write:
 * 18 MB. It is told to make each when it is needed. The copy that mqtt uses is the one that must hear it.
 */
export function withoutNumberCache(): void {
  const packets = createRequire(import.meta.resolve('mqtt'))('mqtt-packet') as typeof mqttPacket
  packets.writeToStream.cacheNumbers = false
}
