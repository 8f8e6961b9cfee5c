import { readFileSync } from 'node:fs'

/** PEM texts. */
export interface TlsIdentity {
  cert: string
  key: string
}

/** @throws Error in Chinese when a file cannot be read */
export function identityOf(tls: { certFile: string; keyFile: string } | undefined): TlsIdentity | undefined {
  if (!tls) return undefined
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw new Error(`读不到证书文件 ${path}（${(error as Error).message}），请核对 services.yaml 的 tls`)
    }
  }
  return { cert: read(tls.certFile), key: read(tls.keyFile) }
}
