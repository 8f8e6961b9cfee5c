import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../services.ts'

export interface Authority {
  caFile: string
  ca: string
  certFile: string
  cert: string
  keyFile: string
  key: string
}

/** An authority of our own, made with OpenSSL as an office would, and a server's certificate of it for this machine. */
export function newAuthority(name: string, san = 'IP:127.0.0.1,DNS:localhost'): Authority {
  const folder = temporaryFolder(`ca-${name}`)
  const at = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`)
  openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'server.csr', '-subj', '/CN=sanling')
  writeFileSync(at('ext'), `subjectAltName=${san}\n`)
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
  openssl('x509', '-req', '-in', 'server.csr', ...sign, '-out', 'cert.pem')
  const read = (file: string) => readFileSync(at(file), 'utf8')
  return {
    caFile: at('ca.pem'),
    ca: read('ca.pem'),
    certFile: at('cert.pem'),
    cert: read('cert.pem'),
    keyFile: at('key.pem'),
    key: read('key.pem'),
  }
}
