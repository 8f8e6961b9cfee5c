import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Services } from '../../config/schema.ts'

/** A certificate that services.yaml names, with the key that names it. */
export interface NamedCertificate {
  key: string
  file: string
  /** Its private key, where it is ours. */
  keyFile?: string | undefined
}
export function certificatesOf({
  http,
  broker,
  directory,
}: Pick<Services, 'http' | 'broker' | 'directory'>): NamedCertificate[] {
  const own = broker.kind === 'embedded' ? broker.tls : undefined
  const named: { key: string; file: string | undefined; keyFile?: string | undefined }[] = [
    { key: 'http.tls.certFile', file: http.tls?.certFile, keyFile: http.tls?.keyFile },
    { key: 'broker.tls.certFile', file: own?.certFile, keyFile: own?.keyFile },
    { key: 'broker.tls.caFile', file: own?.caFile },
    { key: 'broker.caFile', file: broker.kind === 'mqtt' ? broker.caFile : undefined },
    { key: 'directory.caFile', file: directory?.caFile },
  ]
  return named.flatMap(({ file, ...rest }) => (file === undefined ? [] : [{ ...rest, file }]))
}

export interface CertificateFinding {
  level: 'ok' | 'warn' | 'fail'
  text: string
  mend: string
}
const DAY_MS = 86_400_000
const WARN_DAYS = 30
const RENEW = '向签发机构申请新证书，换上同名文件后重启服务（采集器信任的 caFile 也要换时，先换采集器）'

/** @param now epoch ms */
export function judgeCertificate({ key, file, keyFile }: NamedCertificate, now: number): CertificateFinding {
  const mend = `改正 services.yaml 的 ${key}`
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { level: 'fail', text: `证书 ${file} ${missing ? '不存在' : '读不到（权限）'}`, mend }
  }
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(bytes)
  } catch {
    return { level: 'fail', text: `${file} 不是有效的证书（PEM）`, mend }
  }
  const pair = keyFile === undefined ? undefined : keyTrouble(certificate, keyFile)
  if (pair) return { level: 'fail', text: pair, mend: `改正 services.yaml 的 ${key.replace('certFile', 'keyFile')}` }
  const days = Math.floor((certificate.validToDate.getTime() - now) / DAY_MS)
  if (certificate.validFromDate.getTime() > now)
    return { level: 'fail', text: `${file} 尚未生效（或本机时钟不对）`, mend: '核对时钟与证书的起始日期' }
  if (days < 0) return { level: 'fail', text: `${file} 已过期 ${-days} 天`, mend: RENEW }
  const text = `${file} 还有 ${days} 天到期`
  return days < WARN_DAYS ? { level: 'warn', text, mend: RENEW } : { level: 'ok', text, mend: '' }
}

function keyTrouble(certificate: X509Certificate, keyFile: string): string | undefined {
  let pem: string
  try {
    pem = readFileSync(keyFile, 'utf8')
  } catch (error) {
    return `私钥 ${keyFile} ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? '不存在' : '读不到（权限）'}`
  }
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem)) ? undefined : `私钥 ${keyFile} 与证书不是一对`
  } catch {
    return `${keyFile} 不是有效的私钥（PEM，无口令）`
  }
}
