import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SERVER_USER } from './rights.ts'

export interface MosquittoOptions {
  /** Gets mosquitto.conf, passwd, acl and the broker's own data. */
  folder: string
  host: string
  port: number
  site: string
  /** User name → password, `server` among them. */
  accounts: ReadonlyMap<string, string>
  /** Account that the broker runs as; as root it would otherwise become `mosquitto` and lose sight of its files. */
  runAs?: string
  /** The listener then speaks TLS 1.2 and above only. */
  tls?: { certFile: string; keyFile: string }
}

/**
 * Queue: 100,000 messages for a server that is away (the default of 1,000 drops the rest in silence). Persistence is
 * saved once a minute, not at every change: each save writes the whole queue anew, and the promise of ours is not the
 * broker's file but the receipt. A kill -9 of the broker costs a redelivery; only publishers that heed no receipts can
 * lose what they sent within the last minute while the server was away.
 */
export function mosquittoConf({ folder, host, port, runAs, tls }: MosquittoOptions): string {
  return `${[
    `listener ${port} ${host}`,
    ...(tls ? [`certfile ${tls.certFile}`, `keyfile ${tls.keyFile}`, 'tls_version tlsv1.2'] : []),
    ...(runAs ? [`user ${runAs}`] : []),
    'allow_anonymous false',
    `password_file ${join(folder, 'passwd')}`,
    `acl_file ${join(folder, 'acl')}`,
    'max_queued_messages 100000',
    'max_queued_bytes 268435456',
    'max_inflight_messages 1000',
    'message_size_limit 524288',
    'persistent_client_expiration 7d',
    'persistence true',
    `persistence_location ${folder}/`,
    'autosave_interval 60',
    'autosave_on_changes false',
    'set_tcp_nodelay true',
    'log_dest stdout',
    'log_type error',
    'log_type warning',
  ].join('\n')}\n`
}

/** A collector speaks under its own name only and hears its own receipts only; reads are denied in silence. */
export function mosquittoAcl(site: string): string {
  return `${[
    `user ${SERVER_USER}`,
    `topic readwrite jc/v1/${site}/#`,
    'topic read $SYS/#',
    '',
    // `/#` alone would match the level above it too, and so the collector's own receipts.
    `pattern write jc/v1/${site}/+/%u/+/#`,
    `pattern write jc/v1/${site}/_dlq/%u`,
    `pattern read jc/v1/${site}/_receipt/%u`,
  ].join('\n')}\n`
}

/** Writes all three files. The passwords go through a file of mode 0600, never over a command line. @returns the conf */
export function writeMosquitto(options: MosquittoOptions): string {
  const { folder, accounts, site } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const passwd = join(folder, 'passwd')
  const lines = [...accounts].map(([name, password]) => `${name}:${password}\n`)
  writeFileSync(passwd, lines.join(''), { mode: 0o600 })
  execFileSync('mosquitto_passwd', ['-U', passwd], { stdio: 'pipe' })
  writeFileSync(join(folder, 'acl'), mosquittoAcl(site), { mode: 0o600 })
  const conf = join(folder, 'mosquitto.conf')
  writeFileSync(conf, mosquittoConf(options), { mode: 0o600 })
  return conf
}
