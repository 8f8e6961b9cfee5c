import type { SourceOf } from '../../config/schema.ts'
import { readPorts } from '../ports.ts'
import type { SyslogTarget } from './syslog-sender.ts'

/**
 * Where a syslog source listens: the ports of sources.yaml, or, where it took others (port 0, SANLING_SYSLOG_PORT),
 * those that it wrote into ports.json. Undefined while it has not.
 */
export function syslogTarget(source: SourceOf<'syslog'>, dataDir: string, moved = false): SyslogTarget | undefined {
  const host = source.tcp?.host ?? source.udp?.host ?? '127.0.0.1'
  const took =
    moved || source.tcp?.port === 0 || source.udp?.port === 0 ? (readPorts(dataDir)[source.id] ?? {}) : undefined
  const tcp = source.tcp && (took ? took.tcp : source.tcp.port)
  const udp = source.udp && (took ? took.udp : source.udp.port)
  return tcp || udp ? { host, tcp, udp } : undefined
}
